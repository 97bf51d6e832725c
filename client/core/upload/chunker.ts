import type { Chunking } from '../../../protocol/values.ts'
import { cutSearch, type MakeCutSearch } from './cut-search.ts'

/** Finds where chunks end in bytes that come piece by piece. Cuts depend on the bytes alone, never on the pieces. */
export type Chunker = {
  /**
   * Goes on at `from` and answers the place behind the end of the current chunk, or -1 if it goes on behind `to`.
   * After a cut the next chunk begins: call again with the answer as `from`.
   */
  scan(bytes: Uint8Array, from: number, to: number): number
}

/**
 * FastCDC with normalised chunking of level 2 and without looking below the minimum (Xia et al., "FastCDC: a Fast and
 * Efficient Content-Defined Chunking Approach for Data Deduplication", USENIX ATC 2016). The gear hash is
 * `hash = (hash << 1) + gear[byte]` in 32 bits, so its highest bits, which the masks ask for, know the last 32 bytes.
 */
export const createChunker = (
  gear: Int32Array,
  { minBytes, averageBytes, maxBytes }: Pick<Chunking, 'minBytes' | 'averageBytes' | 'maxBytes'>,
  makeSearch: MakeCutSearch = cutSearch,
): Chunker => {
  const findZero = makeSearch(gear)
  const bits = Math.round(Math.log2(averageBytes))
  const strictMask = highBits(bits + 2)
  const looseMask = highBits(bits - 2)
  const normalAt = Math.max(minBytes, averageBytes)
  let length = 0
  let hash = 0

  /** Looks for a hash with zeros under `mask` while the chunk is shorter than `end`; answers the place behind it, or -1. */
  const search = (bytes: Uint8Array, from: number, to: number, end: number, mask: number): number => {
    const stop = Math.min(to, from + end - length)
    const at = findZero(bytes, from, stop, hash, mask)
    length += (at.found ? at.place : stop) - from
    hash = at.hash
    return at.found ? at.place : -1
  }

  const cutAt = (place: number): number => {
    length = 0
    hash = 0
    return place
  }

  return {
    scan(bytes, from, to) {
      const skipped = Math.min(Math.max(0, minBytes - length), to - from)
      length += skipped
      let place = from + skipped
      const phases = [
        [normalAt, strictMask],
        [maxBytes, looseMask],
      ] as const
      for (const [end, mask] of phases) {
        if (place >= to || length >= end) continue
        const before = length
        const found = search(bytes, place, to, end, mask)
        if (found >= 0) return cutAt(found)
        place += length - before
      }
      return length >= maxBytes ? cutAt(place) : -1
    },
  }
}

const highBits = (count: number): number => {
  const bits = Math.min(31, Math.max(1, count))
  return (-1 << (32 - bits)) | 0
}
