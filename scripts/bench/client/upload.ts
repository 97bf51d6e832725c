import { basename } from 'node:path'
import type { Source, UploadQueue, UploadTotals } from '../../../client/core/api.ts'
import { createUploadQueue } from '../../../client/core/upload/upload-queue.ts'
import { largeAtOnce } from '../../../client/node/commands/put.ts'
import { fileSource } from '../../../client/node/file-source.ts'
import { threadHashing } from '../../../client/node/hashing.ts'
import { nodeSocket } from '../../../client/node/socket.ts'
import { fileUploadMemory } from '../../../client/node/upload-memory.ts'
import { type Measured, measured } from '../measured.ts'
import { type Address, type Client, connect, rootOf } from './connect.ts'
import { ledgerSocket } from './slice-ledger.ts'

export type UploadParams = Address & {
  paths: readonly string[]
  /** Keeps what was uploaded in this directory, so that unchanged files are not read again. */
  memory?: string
  /** Notes each slice in this file, and tells when `tellAt` bytes are sent. */
  ledger?: { path: string; tellAt: number }
}

export type Uploaded = Measured & Pick<UploadTotals, 'sentBytes' | 'reusedBytes'> & { readBytes: number }

const counted = (source: Source, read: (bytes: number) => void): Source => ({
  ...source,
  async read(start, length, into) {
    read(length)
    return source.read(start, length, into)
  },
})

/** Adds files as the command line does: an unfinished upload of the same name and size goes on. */
const addAll = async (client: Client, queue: UploadQueue, sources: readonly Source[]): Promise<void> => {
  const folder = await rootOf(client)
  const { uploads } = await client.call('upload.list', {})
  for (const source of sources) {
    const { name, size } = source
    const begun = uploads.find(one => one.name === name && one.size === size)
    if (begun) queue.adopt(begun, source)
    else queue.add([{ source, folder, path: [], name, onClash: 'replace' }])
  }
}

/** Uploads files as one queue into the administrator's folder, hashing in a thread as the command line does. */
export const upload = async (
  { paths, memory, ledger, ...address }: UploadParams,
  tell: (what: string) => void,
): Promise<Uploaded> => {
  let isTold = false
  const onSent = (bytes: number) => {
    if (isTold || !ledger || bytes < ledger.tellAt) return
    isTold = true
    tell('sent')
  }
  const client = await connect(address, ledger ? ledgerSocket(ledger.path, onSent) : nodeSocket)
  const hashing = threadHashing()
  let readBytes = 0
  const sources = paths.map(path => {
    const source = { ...fileSource(path), name: basename(path) }
    return counted(source, bytes => {
      readBytes += bytes
    })
  })
  const queue = createUploadQueue({
    link: client,
    hashing,
    largeAtOnce,
    ...(memory && { memory: fileUploadMemory(memory), memoryKey: address.hub }),
  })
  try {
    const took = await measured(async () => {
      await addAll(client, queue, sources)
      await queue.whenIdle()
    })
    const failed = queue.items.find(item => item.state !== 'done')
    if (failed) throw failed.error ?? new Error(`${failed.name} ended as ${failed.state}`)
    const { sentBytes, reusedBytes } = queue.totals
    return { ...took, sentBytes, reusedBytes, readBytes }
  } finally {
    queue.close()
    hashing.close()
    client.close()
  }
}
