import { pino } from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import { deferred } from '../../server/transfers/deferred.ts'
import { person, upload } from '../storage/open-temporary.ts'
import { administrator, temporaryHub } from '../support/hub.ts'
import { signedInClient } from '../support/raw-client.ts'
import { fill } from './transfers-rig.ts'

const MiB = 2 ** 20
const account = { ...person('Bob'), password: 'another long password' }

/** Bob may read a folder of Ada's, and has an address of it. Planning its archive waits for `gate`. */
const withAddress = async (files: Record<string, Uint8Array[]>, environment: Record<string, string> = {}) => {
  const logged: Record<string, unknown>[] = []
  const log = pino({ level: 'info' }, { write: line => void logged.push(JSON.parse(line)) })
  const hub = await temporaryHub(environment, { log })
  onTestFinished(() => hub.remove())
  const { storage } = hub.hub
  const ada = await signedInClient(hub.socketUrl, administrator)
  await ada.call('user.create', { email: account.email, name: account.name, password: account.password })
  const bob = await signedInClient(hub.socketUrl, account)
  const { entry: folder } = await ada.call('folder.create', { folder: ada.root, name: 'f', onClash: 'fail' })
  const subject = { kind: 'email', email: account.email } as const
  await ada.call('access.grant', { entry: folder.id, subject, level: 'read' })
  const entries: Record<string, string> = {}
  for (const [name, chunks] of Object.entries(files))
    entries[name] = (await upload(storage, ada.signedIn.user.id, folder.id, name, chunks)).entry.id
  const addressOf = async (client: typeof bob, entry: string) => {
    const { url } = await client.call('download.url', { entries: [entry] })
    return `http://127.0.0.1:${hub.port}${url}`
  }
  const gate = deferred<void>()
  const planning = deferred<void>()
  const { walk } = storage.entries
  storage.entries.walk = async function* (id) {
    planning.resolve()
    await gate.promise
    yield* walk(id)
  }
  return {
    ada,
    bob,
    logged,
    entries,
    gate,
    planning: planning.promise,
    addressOf,
    url: await addressOf(bob, folder.id),
    revoke: () => ada.call('access.revoke', { entry: folder.id, subject }),
  }
}

test('an archive whose right is taken back while it is planned is not sent', async () => {
  const { url, gate, planning, revoke } = await withAddress({ a: [fill(10, 1)] })
  const answering = fetch(url)
  await planning
  await revoke()
  gate.resolve()
  expect((await answering).status).toBe(410)
})

test('a file that leaves the folder while its archive is sent is not in it', async () => {
  const chunks = Array.from({ length: 40 }, (_, i) => fill(MiB, i))
  const { url, gate, ada, entries } = await withAddress({ a: chunks, b: [fill(MiB, 50)] })
  gate.resolve()
  const answer = await fetch(url)
  const reader = answer.body?.getReader()
  await reader?.read()
  await ada.call('entry.move', { entries: [entries.b ?? ''], folder: ada.root })
  const rest = async () => {
    while (!(await reader?.read())?.done);
  }
  await expect(rest()).rejects.toThrow()
})

test('a file that leaves the folder while it is sent breaks the archive off', async () => {
  const chunks = Array.from({ length: 40 }, (_, i) => fill(MiB, i))
  const { url, gate, ada, entries } = await withAddress({ a: chunks })
  gate.resolve()
  const answer = await fetch(url)
  const reader = answer.body?.getReader()
  await reader?.read()
  await ada.call('entry.move', { entries: [entries.a ?? ''], folder: ada.root })
  const rest = async () => {
    while (!(await reader?.read())?.done);
  }
  await expect(rest()).rejects.toThrow()
})

test('answers that are still being planned count among those that run', async () => {
  const { url, gate, planning } = await withAddress(
    { a: [fill(10, 1)] },
    { WHERRY_DOWNLOADS_PER_USER: '200' },
  )
  const answers = Array.from({ length: 210 }, () => fetch(url))
  await planning
  const refused = await Promise.any(answers)
  expect(refused.status).toBe(503)
  gate.resolve()
  const statuses = (await Promise.all(answers)).map(answer => answer.status)
  expect(statuses.filter(status => status === 200)).toHaveLength(200)
})

test('one user can hold a quarter of all answers, and the others still get theirs', async () => {
  const { url, gate, planning, ada, entries, addressOf } = await withAddress({ a: [fill(10, 1)] })
  const answers = Array.from({ length: 51 }, () => fetch(url))
  await planning
  const refused = await Promise.any(answers)
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '5'])
  expect(await refused.text()).toContain('50 downloads')
  const other = await fetch(await addressOf(ada, entries.a ?? ''))
  expect([other.status, (await other.arrayBuffer()).byteLength]).toEqual([200, 10])
  gate.resolve()
  const statuses = await Promise.all(
    answers.map(async answering => {
      const answer = await answering
      if (!answer.bodyUsed) await answer.arrayBuffer()
      return answer.status
    }),
  )
  expect(statuses.filter(status => status === 200)).toHaveLength(50)
  const again = await fetch(url)
  expect([again.status, (await again.arrayBuffer()).byteLength > 0]).toEqual([200, true])
})

test('an archive that a file is deleted from while it is sent breaks off, and is no fault of the hub in its log', async () => {
  const chunks = Array.from({ length: 40 }, (_, i) => fill(MiB, i))
  const { url, gate, ada, entries, logged } = await withAddress({ a: chunks, b: [fill(MiB, 50)] })
  gate.resolve()
  const answer = await fetch(url)
  const reader = answer.body?.getReader()
  await reader?.read()
  await ada.call('entry.delete', { entries: [entries.b ?? ''] })
  const rest = async () => {
    while (!(await reader?.read())?.done);
  }
  await expect(rest()).rejects.toThrow()
  const ofRequests = () => logged.filter(line => line.request !== undefined && line.call === undefined)
  await expect.poll(ofRequests).toHaveLength(1)
  expect(ofRequests()).toMatchObject([{ level: 30, msg: expect.stringContaining('broke off') }])
  expect(ofRequests()[0]).not.toHaveProperty('err')
})
