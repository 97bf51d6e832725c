import { WherryError } from '../../protocol/errors.ts'
import type { Slice } from '../../protocol/frames.ts'
import { limits } from '../../protocol/limits.ts'
import type { ChunkBuffer } from '../../storage/chunks/chunk-store.ts'
import { copyBytes } from '../../storage/chunks/copy-bytes.ts'

/** What becomes of bytes that are not kept: null if the chunk is there already, else why they are refused. */
export type Dropping = { why: WherryError | null }

/** A chunk that arrives slice by slice, into its buffer, or into nothing. */
export type Assembly = {
  readonly index: number
  receivedBytes: number
  /** Those of them that came on an earlier connection. */
  readonly earlierBytes: number
  /** Null when its bytes are only counted, or after it was handed over. */
  buffer: ChunkBuffer | null
  dropping: Dropping | null
}

export const beginAssembly = (index: number, into: ChunkBuffer | Dropping, earlierBytes = 0): Assembly => ({
  index,
  receivedBytes: earlierBytes,
  earlierBytes,
  buffer: 'bytes' in into ? into : null,
  dropping: 'bytes' in into ? null : into,
})

/** Bytes that cost credit of this connection. */
export const spentBytes = ({ receivedBytes, earlierBytes }: Assembly): number => receivedBytes - earlierBytes

/** Goes on counting the bytes of a chunk without keeping them. */
export const dropAssembly = (assembly: Assembly, why: WherryError | null): void => {
  assembly.buffer?.release()
  assembly.buffer = null
  assembly.dropping = { why }
}

/** Adds the next slice. Slices come in the order of their offsets; bytes beyond the announced size make it a mismatch. */
export const addSlice = (assembly: Assembly, slice: Slice): void => {
  if (slice.offset !== assembly.receivedBytes) {
    throw new WherryError(
      'invalid_frame',
      'The slices of a chunk have to come in the order of their offsets.',
    )
  }
  const end = slice.offset + slice.bytes.length
  if (end > limits.chunkMaxBytes) throw new WherryError('invalid_frame', 'A chunk is larger than allowed.')
  const room = assembly.buffer?.bytes.length ?? 0
  const misfit = end > room || (slice.last && end < room)
  if (assembly.buffer && misfit) dropAssembly(assembly, mismatch())
  if (assembly.buffer) copyBytes(slice.bytes, assembly.buffer.bytes, slice.offset)
  assembly.receivedBytes = end
}

export const mismatch = (): WherryError => new WherryError('chunk_mismatch')
