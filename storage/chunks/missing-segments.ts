import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import type { ChunkIndex } from './chunk-store.ts'
import { segmentFileName } from './record.ts'

const mostNamed = 3

/** A segment, and how many of its bytes there are. */
type Lost = { segment: number; bytes: number }

const sentenceOf = (directory: string, lost: readonly Lost[]): string => {
  const named = lost.slice(0, mostNamed).map(({ segment }) => segmentFileName(segment))
  const names =
    lost.length > mostNamed ? `${named.join(', ')} and ${lost.length - mostNamed} more` : named.join(', ')
  const where = lost.some(({ bytes }) => bytes > 0) ? 'not whole in' : 'not in'
  return `Stored chunks are missing: the index names segments that are ${where} ${directory} (${names}). Mount what belongs there, or restore it from a backup. If they are lost, set WHERRY_ALLOW_MISSING_SEGMENTS to 1 for one start: what was in them counts as damaged then, until it is uploaded again or the segments are back.`
}

/** Null for what is no file. */
const bytesOf = async (directory: string, segment: number): Promise<number | null> => {
  const found = await lstat(join(directory, segmentFileName(segment))).catch(() => null)
  return found?.isFile() ? found.size : null
}

type Known = {
  /** Of the last indexed record, by segment. */
  ends: ReadonlyMap<number, number>
  /** What was written from this segment on may have been lost with the power: it is verified next. Null: nothing was. */
  verifyFrom: number | null
}

/**
 * Those of the indexed segments that are no file in the directory. Throws a sentence if one of them, or one that ends before
 * its last record does, as after a copy that was broken off, has chunks that are not known to be lost; if it `isAllowed`, they
 * are marked damaged instead.
 */
export const missingSegments = async (
  directory: string,
  index: ChunkIndex,
  { ends, verifyFrom }: Known,
  isAllowed: boolean,
): Promise<Set<number>> => {
  const missing = new Set<number>()
  const lost: Lost[] = []
  const known = [...ends]
  const sizes = await Promise.all(known.map(([segment]) => bytesOf(directory, segment)))
  for (const [i, [segment, end]] of known.entries()) {
    const bytes = sizes[i] ?? null
    const isVerified = verifyFrom !== null && segment >= verifyFrom
    if (bytes === null) missing.add(segment)
    else if (bytes >= end || isVerified) continue
    const there = bytes ?? 0
    const rows = await index.rowsFrom(segment, 0)
    const cut = rows.filter(({ offset, length, damaged }) => offset + length > there && !damaged)
    if (cut.length > 0) lost.push({ segment, bytes: there })
    if (isAllowed) await index.mark(cut, true)
  }
  if (lost.length > 0 && !isAllowed) throw new Error(sentenceOf(directory, lost))
  return missing
}
