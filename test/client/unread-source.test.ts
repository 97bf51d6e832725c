import { createHash } from 'node:crypto'
import { openAsBlob } from 'node:fs'
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { HubClient, Source, TransferLink } from '../../client/core/api.ts'
import { createUploadQueue } from '../../client/core/upload/upload-queue.ts'
import { WherryError } from '../../protocol/errors.ts'
import { sha256OfEntry } from '../support/hub-looks.ts'
import { administrator, type HubProcess, hubProcess } from '../support/hub-process.ts'
import { signedInClient } from '../support/transfer-client.ts'
import { memorySource, someBytes } from './memory-source.ts'

const MiB = 2 ** 20
let hub: HubProcess
let client: HubClient & TransferLink
let root: string
let directory: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wherry-unread-'))
  hub = await hubProcess({
    WHERRY_ADMIN_EMAIL: administrator.email,
    WHERRY_ADMIN_PASSWORD: administrator.password,
  })
  await hub.start()
  const signedIn = await signedInClient(hub.url, administrator)
  client = signedIn.client
  root = signedIn.root
})
afterAll(async () => {
  client?.close()
  await hub?.remove()
  await rm(directory, { recursive: true })
})

/** A source whose socket takes the bytes from `blob`, which may be other ones. */
const lyingIn = (bytes: Uint8Array<ArrayBuffer>, blob: Blob, name: string) => {
  const source = memorySource(name, bytes)
  const counted = Object.assign(source, {
    sentBlobs: 0,
    unread(header: Uint8Array<ArrayBuffer>, start: number, end: number) {
      counted.sentBlobs++
      return new Blob([header, blob.slice(start, end)])
    },
  })
  return counted satisfies Source
}

/** The row of an upload when it is over, and how often the connection was lost meanwhile. */
const uploaded = async (source: Source) => {
  let losses = 0
  const stop = client.onState(state => {
    if (state === 'reconnecting') losses++
  })
  const queue = createUploadQueue({ link: client })
  queue.add([{ source, folder: root, path: [], name: source.name, onClash: 'fail' }])
  await queue.whenIdle()
  stop()
  const [item] = queue.items
  queue.close()
  return { item, losses }
}

const unfinished = async () => (await client.call('upload.list', {})).uploads

describe('a source whose bytes the socket reads itself', () => {
  test('arrives as it is, and is read once', async () => {
    const bytes = someBytes(20 * MiB)
    const source = lyingIn(bytes, new Blob([bytes]), 'same')
    const { item, losses } = await uploaded(source)
    expect(item).toMatchObject({ state: 'done', error: null, sentBytes: 20 * MiB })
    expect(source.readBytes).toBe(20 * MiB)
    expect(source.sentBlobs).toBeGreaterThanOrEqual(20)
    expect(losses).toBe(0)
    const hash = createHash('sha256').update(bytes).digest('hex')
    expect(await sha256OfEntry(client, hub.url, item?.entry?.id ?? '')).toBe(hash)
  })

  test('that differ when they are sent are refused, read again and sent as they were hashed', async () => {
    const bytes = someBytes(8 * MiB, 2)
    const other = bytes.slice()
    other[3 * MiB] = (other[3 * MiB] ?? 0) ^ 1
    const { item, losses } = await uploaded(lyingIn(bytes, new Blob([other]), 'differs'))
    expect(item).toMatchObject({ state: 'done', error: null })
    expect(item?.sentBytes).toBeGreaterThan(8 * MiB)
    expect(losses).toBe(0)
  })

  test('of a file that changed end the upload with a sentence', async () => {
    const bytes = someBytes(8 * MiB, 3)
    const other = someBytes(8 * MiB, 4)
    const source = lyingIn(bytes, new Blob([other]), 'changed')
    const read = source.read
    let cut = 0
    source.read = async (start, length) => {
      cut += length
      return cut > 8 * MiB ? other.slice(start, start + length) : read(start, length)
    }
    const { item, losses } = await uploaded(source)
    expect(item?.error?.message).toBe('The file changed while it was uploaded.')
    expect(item?.state).toBe('failed')
    expect(losses).toBe(0)
    await expect.poll(unfinished).toEqual([])
  })

  test('that cannot be read any more break the connection once, and end the upload with a sentence', async () => {
    const bytes = someBytes(8 * MiB, 5)
    const path = join(directory, 'gone')
    await writeFile(path, bytes)
    const blob = await openAsBlob(path)
    await appendFile(path, 'more')
    const source = lyingIn(bytes, blob, 'gone')
    const read = source.read
    let cut = 0
    source.read = async (start, length) => {
      cut += length
      if (cut > 8 * MiB) throw new WherryError('conflict', 'The file changed or went away.')
      return read(start, length)
    }
    const { item, losses } = await uploaded(source)
    expect(item).toMatchObject({ state: 'failed', error: { message: 'The file changed or went away.' } })
    expect(losses).toBe(1)
    await expect.poll(unfinished).toEqual([])
  })
})
