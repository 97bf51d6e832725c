import { readdir } from 'node:fs/promises'
import type { ChunkIndex } from './chunk-store.ts'
import { segmentFileName, segmentNumber } from './record.ts'

const mostNamed = 3

const sentenceOf = (directory: string, lost: readonly number[]): string => {
  const named = lost.slice(0, mostNamed).map(segmentFileName).join(', ')
  const names = lost.length > mostNamed ? `${named} and ${lost.length - mostNamed} more` : named
  return `Stored chunks are missing: the index names segments that are not in ${directory} (${names}). Mount what belongs there, or restore it from a backup. If they are lost, set WHERRY_ALLOW_MISSING_SEGMENTS to 1 for one start: what was in them counts as damaged then, until it is uploaded again or the segments are back.`
}

/**
 * Those of the `indexed` segments that are no file in the directory. Throws a sentence if one of them has chunks that are not
 * known to be lost; if it `isAllowed`, they are marked damaged instead.
 */
export const missingSegments = async (
  directory: string,
  index: ChunkIndex,
  indexed: Iterable<number>,
  isAllowed: boolean,
): Promise<Set<number>> => {
  const names = await readdir(directory, { withFileTypes: true })
  const there = new Set(names.filter(name => name.isFile()).map(({ name }) => segmentNumber(name)))
  const missing = [...indexed].filter(segment => !there.has(segment))
  const lost: number[] = []
  for (const segment of missing) {
    const whole = (await index.rowsFrom(segment, 0)).filter(row => !row.damaged)
    if (whole.length > 0) lost.push(segment)
    if (isAllowed) await index.mark(whole, true)
  }
  if (lost.length > 0 && !isAllowed) throw new Error(sentenceOf(directory, lost))
  return new Set(missing)
}
