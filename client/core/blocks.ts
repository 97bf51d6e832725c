import { limits } from '../../protocol/limits.ts'

/** Memory for chunks and for what is to be cut into chunks, limits.chunkMaxBytes each. */
export type Blocks = {
  /** Contents undefined. */
  take(): Uint8Array
  /** Gives one back that nobody uses any more. */
  keep(block: Uint8Array): void
  /** Puts bytes into a block, as fast as its memory allows. */
  copy(bytes: Uint8Array, block: Uint8Array, at: number): void
}

type CopyBytes = Blocks['copy']
const copyBytes: CopyBytes = (bytes, block, at) => block.set(bytes, at)

/** Keeps `mostIdle` blocks that nobody uses: fresh memory costs more than filling it, kept memory is missing elsewhere. */
export const createBlocks = (
  allocate: (bytes: number) => Uint8Array,
  mostIdle = 8,
  copy = copyBytes,
): Blocks => {
  const idle: Uint8Array[] = []
  return {
    take: () => idle.pop() ?? allocate(limits.chunkMaxBytes),
    keep(block) {
      if (idle.length < mostIdle) idle.push(block)
    },
    copy,
  }
}
