import { createHash } from 'node:crypto'
import {
  chunkBytes,
  type PeerFile,
  type PeerSink,
  type PeerSource,
  type PeerStore,
} from '../../../client/core/peer/api.ts'
import { WherryError } from '../../../protocol/errors.ts'
import { someBytes } from '../memory-source.ts'

export type MemoryPeerSource = PeerSource & { bytes: Uint8Array; readBytes: number; hasChanged: boolean }

export const memoryPeerSource = (path: string[], size: number, seed = size): MemoryPeerSource => {
  const bytes = someBytes(size, seed)
  const file: PeerFile = { path, kind: 'file', size, modifiedAt: 1_700_000_000_000 }
  const source: MemoryPeerSource = {
    file,
    bytes,
    readBytes: 0,
    hasChanged: false,
    async read(start, length) {
      if (source.hasChanged) throw new WherryError('file_changed')
      source.readBytes += length
      return source.bytes.slice(start, start + length)
    },
  }
  return source
}

export const folderSource = (path: string[]): PeerSource => ({
  file: { path, kind: 'folder', size: 0, modifiedAt: 0 },
  read: async () => new Uint8Array(0),
})

/** Keeps what is durable by path, over several runs, as a disk does. */
export const memoryStore = ({ roomBytes = Number.POSITIVE_INFINITY, writeMs = 0 } = {}) => {
  const kept = new Map<string, Map<number, Uint8Array>>()
  const store = {
    reserved: 0,
    /** Chunks that were written, with repetitions. */
    writtenChunks: 0,
    writtenBytes: 0,
    /** Most bytes that were being written at the same time. */
    mostWriting: 0,
    finished: new Map<string, Buffer | null>(),
    stops: [] as boolean[],
    kept,
    isBlocked: false,
    /** From here on nothing becomes durable. */
    block() {
      store.isBlocked = true
    },
    async reserve() {
      store.reserved++
    },
    async open(_transfer: string, file: PeerFile): Promise<PeerSink> {
      const key = file.path.join('/')
      const chunks = kept.get(key) ?? new Map<number, Uint8Array>()
      kept.set(key, chunks)
      let writing = 0
      return {
        restored: new Map([...chunks].map(([index, bytes]) => [index, sha256Hex(bytes)])),
        async write(index, given, hash) {
          // As a worker takes it.
          const bytes =
            given.length === given.buffer.byteLength ? new Uint8Array(given.buffer.transfer()) : given
          writing += bytes.length
          store.mostWriting = Math.max(store.mostWriting, writing)
          if (store.writtenBytes + bytes.length > roomBytes) throw new WherryError('no_room')
          if (store.isBlocked) await new Promise(() => {})
          if (writeMs > 0) await new Promise(resolve => setTimeout(resolve, writeMs))
          else await null
          if (sha256Hex(bytes) !== hash) throw new Error('The sink got bytes that are not the chunk.')
          if (chunks.has(index)) throw new Error('A durable chunk was sent again.')
          if (index * chunkBytes + bytes.length > file.size) throw new Error('The sink got too many bytes.')
          store.writtenBytes += bytes.length
          store.writtenChunks++
          chunks.set(index, bytes.slice())
          writing -= bytes.length
          return bytes.buffer
        },
        async finish() {
          const ordered = [...chunks].sort(([a], [b]) => a - b).map(([, bytes]) => bytes)
          store.finished.set(key, file.kind === 'folder' ? null : Buffer.concat(ordered))
        },
        async stop(keep) {
          store.stops.push(keep)
          if (!keep) kept.delete(key)
        },
      }
    },
  }
  return store satisfies PeerStore
}

export const sha256Hex = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
