import { limits } from '../../protocol/limits.ts'
import { recordLength } from './record.ts'
import { blockBytes, newBlocks, wholeBlocks } from './segment-files.ts'

/**
 * Records in memory as they will lie in their segment, from the start of a block on. Where the segment ends inside a block,
 * that block is written again with what follows: its bytes so far come first.
 */
export type WriteArea<R> = {
  readonly memory: Uint8Array
  /** Where its first byte lies in the segment. */
  position: number
  /** Bytes before its records, which the segment has already. */
  kept: number
  /** Bytes of all. */
  used: number
  records: R[]
}

const areaBytes = wholeBlocks(recordLength(limits.chunkMaxBytes)) + blockBytes

export const newArea = <R>(): WriteArea<R> => ({
  memory: newBlocks(areaBytes),
  position: 0,
  kept: 0,
  used: 0,
  records: [],
})

/** Empties it for records behind `end`; `tail` is what the block there holds so far. */
export const layOut = (area: WriteArea<unknown>, end: number, tail: Uint8Array): void => {
  area.memory.set(tail)
  area.position = end - tail.length
  area.kept = tail.length
  area.used = tail.length
  area.records = []
}

export const endOf = ({ position, used }: WriteArea<unknown>): number => position + used

export const bytesOf = ({ kept, used }: WriteArea<unknown>): number => used - kept

/** The bytes of the block in which it ends. */
export const tailOf = ({ memory, used }: WriteArea<unknown>): Uint8Array =>
  memory.subarray(used - (used % blockBytes), used)

/** Whole blocks to be written at its position; zeros follow the last record. */
export const blocksOf = ({ memory, used }: WriteArea<unknown>): Uint8Array => {
  const length = wholeBlocks(used)
  memory.fill(0, used, length)
  return memory.subarray(0, length)
}
