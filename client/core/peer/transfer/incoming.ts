import { bytesToHex } from '../../../../protocol/digest.ts'
import { WherryError } from '../../../../protocol/errors.ts'
import type { PeerFile, PeerOffer, PeerSink, PeerStore } from '../api.ts'
import { chunkCount, chunkSize, createRoot } from './root.ts'

/** A file that was opened and is not done. */
export type IncomingFile = {
  readonly index: number
  readonly file: PeerFile
  readonly chunks: number
  /** Hashes of durable chunks. */
  readonly hashes: ReadonlyMap<number, string>
  /** Durable, or on its way to it. */
  has(chunk: number): boolean
  /** The bytes of this chunk are there, to be verified and written. */
  begin(chunk: number): void
  /** Makes a verified chunk durable; as PeerSink. */
  write: PeerSink['write']
  setRoot(root: Uint8Array): void
  readonly missingBytes: number
  /** All is durable and the root came: verifies it, and the file gets its name. Answers whether that was now. */
  finish(): Promise<boolean>
  stop(keep: boolean): Promise<void>
}

const incomingFile = (index: number, file: PeerFile, sink: PeerSink): IncomingFile => {
  const chunks = chunkCount(file.size)
  const hashes = new Map([...sink.restored].filter(([chunk]) => chunk < chunks))
  const coming = new Set<number>()
  let root: Uint8Array | null = null
  let isFinishing = false
  return {
    index,
    file,
    chunks,
    hashes,
    has: chunk => hashes.has(chunk) || coming.has(chunk),
    begin: chunk => void coming.add(chunk),
    async write(chunk, bytes, hash) {
      try {
        const free = await sink.write(chunk, bytes, hash)
        hashes.set(chunk, hash)
        return free
      } finally {
        coming.delete(chunk)
      }
    },
    setRoot(value) {
      root = value
    },
    get missingBytes() {
      let bytes = file.size
      for (const chunk of hashes.keys()) bytes -= chunkSize(file.size, chunk)
      return bytes
    },
    async finish() {
      if (!root || isFinishing || hashes.size < chunks) return false
      isFinishing = true
      const own = createRoot()
      for (let chunk = 0; chunk < chunks; chunk++) own.add(hashes.get(chunk) ?? '')
      if (bytesToHex(own.finish()) !== bytesToHex(root)) throw new WherryError('chunk_mismatch')
      await sink.finish()
      return true
    },
    stop: keep => sink.stop(keep),
  }
}

/** The files of an accepted offer: opened in order, a few at a time. */
export const createIncoming = (offer: PeerOffer, store: PeerStore) => {
  const open = new Map<number, IncomingFile>()
  const done = new Set<number>()
  let doneBytes = 0
  let stopped: { keep: boolean } | null = null
  return {
    /** Null for a folder, which is done by it, for what is done, and after stop(). */
    async open(index: number): Promise<IncomingFile | null> {
      const file = offer.files[index]
      const there = open.get(index)
      if (!file || done.has(index)) return null
      if (there) return there
      const sink = await store.open(offer.transfer, file)
      if (stopped) {
        await sink.stop(stopped.keep)
        return null
      }
      if (file.kind === 'folder') {
        await sink.finish()
        done.add(index)
        return null
      }
      const incoming = incomingFile(index, file, sink)
      open.set(index, incoming)
      doneBytes += file.size - incoming.missingBytes
      return incoming
    },
    get: (index: number) => open.get(index),
    wrote(bytes: number): void {
      doneBytes += bytes
    },
    finished({ index }: IncomingFile): void {
      open.delete(index)
      done.add(index)
    },
    get doneBytes() {
      return doneBytes
    },
    get doneFiles() {
      return done.size
    },
    get isDone() {
      return done.size === offer.files.length
    },
    async stop(keep: boolean): Promise<void> {
      stopped = { keep }
      const files = [...open.values()]
      open.clear()
      await Promise.all(files.map(file => file.stop(keep)))
    },
  }
}
export type Incoming = ReturnType<typeof createIncoming>
