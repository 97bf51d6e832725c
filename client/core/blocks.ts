import { limits } from '../../protocol/limits.ts'
import { createSpare, type Spare } from './spare.ts'

/** Memory for chunks and for what is to be cut into chunks, limits.chunkMaxBytes each. */
export type Blocks = Spare<Uint8Array> & {
  /** Puts bytes into a block, as fast as its memory allows. */
  copy(bytes: Uint8Array, block: Uint8Array, at: number): void
}

type CopyBytes = Blocks['copy']
const copyBytes: CopyBytes = (bytes, block, at) => block.set(bytes, at)

/** Keeps `mostIdle` blocks that nobody uses. */
export const createBlocks = (
  allocate: (bytes: number) => Uint8Array,
  mostIdle = 8,
  copy = copyBytes,
): Blocks => ({ ...createSpare(() => allocate(limits.chunkMaxBytes), mostIdle), copy })
