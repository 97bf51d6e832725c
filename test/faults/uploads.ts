import { createHash } from 'node:crypto'
import type { HubClient, Sink, TransferLink } from '../../client/core/api.ts'
import { download } from '../../client/core/download/download.ts'
import { createUploadQueue } from '../../client/core/upload/upload-queue.ts'
import type { Entry } from '../../protocol/values.ts'
import { memorySource, someBytes } from '../client/memory-source.ts'

export type TestFile = { name: string; bytes: Uint8Array<ArrayBuffer> }

/** Files of all kinds: empty, small ones that travel together, and such of several chunks. No two have a chunk in common. */
export const testFiles = (prefix: string, small: number, large: number): TestFile[] => {
  const file = (name: string, size: number): TestFile => ({
    name: `${prefix}-${name}`,
    bytes: someBytes(
      size,
      Buffer.from(`${prefix}-${name}`).reduce((sum, byte) => sum * 31 + byte, 7),
    ),
  })
  return [
    file('empty', 0),
    ...Array.from({ length: small }, (_, i) => file(`small-${i}`, 500 + i * 977)),
    ...Array.from({ length: large }, (_, i) => file(`large-${i}`, 2_600_000 + i * 1_100_003)),
  ]
}

/** What was acknowledged, by name. */
export type Ledger = Map<string, { entry: Entry; bytes: Uint8Array }>

/**
 * Uploads files at the same time. Resolves when each is acknowledged, and then in the ledger, or has failed; answers why
 * the others failed, by name.
 */
export const uploadAll = async (
  link: TransferLink,
  folder: string,
  files: readonly TestFile[],
  ledger: Ledger,
): Promise<Map<string, string>> => {
  const queue = createUploadQueue({ link })
  const ids = queue.add(
    files.map(({ name, bytes }) => ({
      source: memorySource(name, bytes),
      folder,
      path: [],
      name,
      onClash: 'fail' as const,
    })),
  )
  const failed = new Map<string, string>()
  const note = (): boolean => {
    for (const [i, { name, bytes }] of files.entries()) {
      const item = queue.items.find(one => one.id === ids[i])
      if (item?.state === 'done' && item.entry) ledger.set(name, { entry: item.entry, bytes })
      if (item?.state === 'failed' || item?.state === 'clash')
        failed.set(name, item.error?.reason ?? item.state)
    }
    return files.every(({ name }) => ledger.has(name) || failed.has(name))
  }
  await new Promise<void>(resolve => {
    const look = () => {
      if (note()) resolve()
    }
    queue.onChange(look)
    look()
  })
  queue.close()
  return failed
}

const downloaded = async (client: HubClient & TransferLink, { id, size }: Entry): Promise<Uint8Array> => {
  const bytes = new Uint8Array(size)
  const sink: Sink = {
    has: async () => new Set(),
    write: async (_index, position, chunk) => bytes.set(chunk, position),
    finish: async () => {},
    stop: async () => {},
  }
  await download(client, id, sink)
  return bytes
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** Names of acknowledged files that are not there byte for byte. */
export const lostFiles = async (client: HubClient & TransferLink, ledger: Ledger): Promise<string[]> => {
  const lost: string[] = []
  for (const [name, { entry, bytes }] of ledger) {
    const there = await downloaded(client, entry).catch((error: Error) => error)
    if (there instanceof Error) lost.push(`${name}: ${there.message}`)
    else if (sha256(there) !== sha256(bytes)) lost.push(`${name}: other bytes`)
  }
  return lost
}
