import { WherryError } from '../../../../protocol/errors.ts'
import type { Sha256 } from '../../hashing.ts'
import { createSpare } from '../../spare.ts'
import type { PeerSource } from '../api.ts'
import { chunkBytes } from '../api.ts'
import { chunkCount, chunkSize } from './root.ts'

/** A chunk that is being read and hashed; `chunk` is null for a file that has none. */
export type ReadChunk = {
  file: number
  chunk: number | null
  size: number
  isLast: boolean
  /** Null where there is no chunk. Rejects with what the source says. */
  ready: Promise<{ bytes: Uint8Array; hash: string } | null>
  /** Nobody uses the bytes any more. */
  release(): void
}

const mostAheadBytes = 8 * chunkBytes
const mostAhead = 64

const readChunk = async (source: PeerSource, chunk: number, sha256: Sha256, into: Uint8Array | undefined) => {
  const size = chunkSize(source.file.size, chunk)
  const bytes = await source.read(chunk * chunkBytes, size, into)
  if (bytes.length !== size) throw new WherryError('file_changed')
  return { bytes, hash: await sha256(bytes) }
}

/** Reads the chunks of files in the order in which they are wanted, some ahead of the sending. */
export const createReading = (sources: readonly PeerSource[], sha256: Sha256) => {
  const files: number[] = []
  const ahead: ReadChunk[] = []
  /** For chunks that are not small. */
  const spare = createSpare(() => new Uint8Array(chunkBytes))
  let aheadBytes = 0
  let nextChunk = 0

  /** Of the first wanted file. */
  const readNext = (file: number): ReadChunk | null => {
    const source = sources[file]
    if (!source) return null
    const count = chunkCount(source.file.size)
    const chunk = count === 0 ? null : nextChunk++
    const isLast = chunk === null || chunk === count - 1
    if (isLast) {
      files.shift()
      nextChunk = 0
    }
    const size = chunk === null ? 0 : chunkSize(source.file.size, chunk)
    const memory = size > chunkBytes / 2 ? spare.take() : undefined
    const ready = chunk === null ? Promise.resolve(null) : readChunk(source, chunk, sha256, memory)
    ready.catch(() => {})
    const release = () => void (memory && spare.keep(memory))
    return { file, chunk, size, isLast, ready, release }
  }

  const fill = () => {
    while (ahead.length < mostAhead && aheadBytes < mostAheadBytes) {
      const [file] = files
      const read = file === undefined ? null : readNext(file)
      if (!read) return
      ahead.push(read)
      aheadBytes += read.size
    }
  }

  return {
    want: (wanted: readonly number[]): void => void files.push(...wanted),
    /** Null while nothing is wanted. */
    next(): ReadChunk | null {
      fill()
      const read = ahead.shift()
      if (!read) return null
      aheadBytes -= read.size
      fill()
      return read
    },
  }
}
