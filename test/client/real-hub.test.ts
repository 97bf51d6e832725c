import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { FolderChange, HubClient, LiveFolder, TransferLink } from '../../client/core/api.ts'
import { createClient } from '../../client/core/client.ts'
import { watchFolder } from '../../client/core/folder/live-folder.ts'
import { fileCredentials } from '../../client/node/credentials.ts'
import { nodeSocket } from '../../client/node/socket.ts'
import { administrator, type HubProcess, hubProcess } from '../support/hub-process.ts'

/** Resolves when it holds, asked at each change of the folder. */
const until = (live: LiveFolder, holds: () => boolean): Promise<void> =>
  new Promise(resolve => {
    const look = () => {
      if (!holds()) return
      stop()
      resolve()
    }
    const stop = live.onChange(look)
    look()
  })

describe('a client of a real hub', () => {
  let hub: HubProcess
  let directory: string
  let clients: HubClient[] = []
  const open = (keptIn = directory): HubClient & TransferLink => {
    const client = createClient({
      url: `ws://localhost:${hub.port}/ws`,
      socket: nodeSocket,
      credentials: fileCredentials(hub.url, keptIn),
      agent: 'test',
      retryDelayMs: () => 20,
    })
    clients.push(client)
    return client
  }
  /** A client that is signed in, and the root of its space. */
  const signedIn = async () => {
    const client = open()
    await client.whenState('live', 'signedOut')
    if (client.state === 'signedOut') await client.signIn(administrator.email, administrator.password)
    const { spaces } = await client.call('space.list', {})
    return { client, root: spaces[0]?.root ?? '' }
  }
  const create = (client: HubClient, folder: string, name: string) =>
    client.call('folder.create', { folder, name, onClash: 'fail' })

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'wherry-client-'))
    hub = await hubProcess({
      WHERRY_ADMIN_EMAIL: administrator.email,
      WHERRY_ADMIN_PASSWORD: administrator.password,
    })
    await hub.start()
  })
  afterEach(() => {
    for (const client of clients) client.close()
    clients = []
  })
  afterAll(async () => {
    await hub.remove()
    await rm(directory, { recursive: true })
  })

  it('signs in by password, and again by what it kept', async () => {
    const first = await signedIn()
    expect(first.client.user?.email).toBe(administrator.email)
    const second = open()
    expect(await second.whenState('live', 'signedOut')).toBe('live')
    expect(second.user?.id).toBe(first.client.user?.id)
  })

  it('refuses a wrong password with a reason, and lets a right one in on the same connection', async () => {
    const client = open(join(directory, 'elsewhere'))
    await expect(client.signIn(administrator.email, 'wrong')).rejects.toMatchObject({
      reason: 'wrong_credentials',
    })
    await client.signIn(administrator.email, administrator.password)
    expect(client.state).toBe('live')
  })

  it('shows a folder in the order in which the hub lists it, and what another client does in it', async () => {
    const { client, root } = await signedIn()
    const { entry } = await create(client, root, 'order')
    const names = [
      'b',
      'a',
      'ä',
      'Z',
      '10',
      '9',
      '🦆',
      '\uffee',
      'é',
      'e\u0301a',
      'IMG_2',
      'IMG_10',
      'ß',
      'İ',
      '١',
    ]
    for (const name of names.slice(0, 8)) await create(client, entry.id, name)
    const live = watchFolder(client, entry.id)
    await until(live, () => live.status === 'live')
    const other = await signedIn()
    const changes: FolderChange[] = []
    live.onChange(change => changes.push(change))
    for (const name of names.slice(8)) await create(other.client, entry.id, name)
    await until(live, () => live.entries.length === names.length)
    const listed = await client.call('folder.list', { folder: entry.id })
    expect(live.entries).toEqual(listed.entries)
    expect(changes.filter(change => change.put.length > 0).every(change => change.live)).toBe(true)
    live.close()
  })

  it('goes on after the hub was killed and started again, with every change', async () => {
    const { client, root } = await signedIn()
    const { entry } = await create(client, root, 'restart')
    await create(client, entry.id, 'before')
    const live = watchFolder(client, entry.id)
    await until(live, () => live.status === 'live')
    await hub.kill()
    await client.whenState('reconnecting')
    const waiting = create(client, entry.id, 'meanwhile')
    expect(live.status).toBe('stale')
    await hub.start()
    expect((await waiting).entry.name).toBe('meanwhile')
    await until(live, () => live.status === 'live' && live.entries.length === 2)
    await create(client, entry.id, 'after')
    await until(live, () => live.entries.length === 3)
    expect(client.epoch).toBe(2)
    live.close()
  })

  it('comes back by itself after the hub was stopped in peace', async () => {
    const { client } = await signedIn()
    expect(await hub.stop()).toBe(0)
    await client.whenState('reconnecting')
    await hub.start()
    client.wake()
    expect(await client.whenState('live')).toBe('live')
  })

  it('renews the sign-in on a live connection without a new one', async () => {
    const { client } = await signedIn()
    const credentials = fileCredentials(hub.url, directory)
    const kept = await credentials.renew(() => Promise.reject(new Error('not needed')), null)
    const next = await credentials.renew(
      refresh => client.call('session.refresh', { refresh }),
      kept?.access ?? null,
    )
    expect(next?.access).not.toBe(kept?.access)
    expect(client.epoch).toBe(1)
    await client.call('space.list', {})
  })

  it('is signed out everywhere when the session is ended, and may sign in again', async () => {
    const { client } = await signedIn()
    const other = (await signedIn()).client
    await client.signOut()
    expect(client.state).toBe('signedOut')
    await other.whenState('signedOut')
    await expect(other.call('space.list', {})).rejects.toMatchObject({ reason: 'unauthenticated' })
    await other.signIn(administrator.email, administrator.password)
    expect(other.state).toBe('live')
  })

  it('loses sight of a folder that is deleted', async () => {
    const { client, root } = await signedIn()
    const { entry } = await create(client, root, 'short-lived')
    const live = watchFolder(client, entry.id)
    await until(live, () => live.status === 'live')
    await client.call('entry.delete', { entries: [entry.id] })
    await until(live, () => live.status === 'gone')
    expect(live.entries).toEqual([])
    live.close()
  })
})
