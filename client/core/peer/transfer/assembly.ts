import { bytesToHex } from '../../../../protocol/digest.ts'
import { WherryError } from '../../../../protocol/errors.ts'
import { createSpare } from '../../spare.ts'
import { chunkBytes } from '../api.ts'
import type { IncomingFile } from './incoming.ts'
import { chunkSize } from './root.ts'
import type { Slice } from './wire.ts'

type Chunk = {
  file: IncomingFile
  chunk: number
  hash: string
  bytes: Uint8Array<ArrayBuffer>
  filled: number
}
export type WholeChunk = Omit<Chunk, 'filled'>

/** Puts slices together, which come in order, chunk by chunk. Throws `invalid_message` for any that do not. */
export const createAssembly = (begin: (bytes: number) => void) => {
  let current: Chunk | null = null
  const spare = createSpare(() => new ArrayBuffer(chunkBytes))
  const memory = (size: number) => new Uint8Array(size === chunkBytes ? spare.take() : new ArrayBuffer(size))

  const start = (file: IncomingFile | undefined, { chunk, hash }: Slice): Chunk => {
    if (current || !file || !hash || chunk >= file.chunks || file.has(chunk))
      throw new WherryError('invalid_message')
    const size = chunkSize(file.file.size, chunk)
    begin(size)
    return { file, chunk, hash: bytesToHex(hash), bytes: memory(size), filled: 0 }
  }

  return {
    /** The chunk that the slice completes. */
    add(file: IncomingFile | undefined, slice: Slice): WholeChunk | null {
      const chunk = slice.offset === 0 ? start(file, slice) : current
      const isNext =
        chunk && chunk.file === file && chunk.chunk === slice.chunk && chunk.filled === slice.offset
      if (!isNext || chunk.filled + slice.bytes.length > chunk.bytes.length)
        throw new WherryError('invalid_message')
      chunk.bytes.set(slice.bytes, chunk.filled)
      chunk.filled += slice.bytes.length
      current = chunk.filled < chunk.bytes.length ? chunk : null
      return current ? null : chunk
    },
    /** What held a chunk and is free again. */
    reuse(free: ArrayBuffer | null): void {
      if (free?.byteLength === chunkBytes) spare.keep(free)
    },
  }
}
