import { createHash } from 'node:crypto'
import type { PeerFile, PeerSource, PeerStore } from '../../client/core/peer/api.ts'
import { chunkBytes } from '../../client/core/peer/api.ts'

export type TestFile = { path: readonly string[]; bytes: Uint8Array }

/** Files in memory to send; a file of no bytes is one too. */
export const memorySources = (files: readonly TestFile[]): PeerSource[] =>
  files.map(({ path, bytes }) => ({
    file: { path, kind: 'file', size: bytes.length, modifiedAt: 1_700_000_000_000 },
    read: async (start, length) => bytes.slice(start, start + length),
  }))

export type MemoryStore = PeerStore & {
  /** What was finished, by its path joined by slashes. */
  readonly files: ReadonlyMap<string, Uint8Array>
  /** Bytes of all writes, those that come twice included. */
  readonly writtenBytes: number
  /** Files that were opened. */
  readonly opened: number
}

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** Keeps what was received in memory, and what is unfinished as well. `onWrite` may wait, or throw. */
export const memoryStore = (onWrite: (path: string) => unknown = () => {}): MemoryStore => {
  const files = new Map<string, Uint8Array>()
  const parts = new Map<string, { bytes: Uint8Array; hashes: Map<number, string> }>()
  let writtenBytes = 0
  let opened = 0

  return {
    files,
    get writtenBytes() {
      return writtenBytes
    },
    get opened() {
      return opened
    },
    async reserve() {},
    async open(transfer: string, { path, size }: PeerFile) {
      opened += 1
      const name = path.join('/')
      const key = `${transfer} ${name}`
      const part = parts.get(key) ?? { bytes: new Uint8Array(size), hashes: new Map<number, string>() }
      parts.set(key, part)
      return {
        restored: new Map(part.hashes),
        async write(index, bytes, hash) {
          if (hashOf(bytes) !== hash) throw new Error(`chunk ${index} of ${name} has another hash`)
          await onWrite(name)
          part.bytes.set(bytes, index * chunkBytes)
          part.hashes.set(index, hash)
          writtenBytes += bytes.length
          return bytes.buffer
        },
        async finish() {
          files.set(name, part.bytes)
          parts.delete(key)
        },
        async stop(keep) {
          if (!keep) parts.delete(key)
        },
      }
    },
  }
}
