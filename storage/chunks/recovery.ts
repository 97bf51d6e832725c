import { isReason } from '../../protocol/errors.ts'
import type { ChunkIndex, ChunkRow } from './chunk-store.ts'
import type { ChunkThreads } from './chunk-threads.ts'

const inFlight = 64

/** Reads every indexed record of the segments from `firstSegment` on; marks what does not verify. Answers the counts. */
export const verifySegments = async (
  index: ChunkIndex,
  threads: ChunkThreads,
  firstSegment: number,
): Promise<{ verified: number; damaged: number }> => {
  const counts = { verified: 0, damaged: 0 }

  const verify = async (row: ChunkRow): Promise<void> => {
    const { id, size, segment, offset, length } = row
    try {
      await threads.run({ kind: 'check', id, size, place: { segment, offset, length } })
      counts.verified++
    } catch (error) {
      if (!isReason(error, 'chunk_damaged')) throw error
      await index.markDamaged(id, { segment, offset, length })
      counts.damaged++
    }
  }

  const segments = [...(await index.segmentEnds()).keys()].filter(segment => segment >= firstSegment)
  for (const segment of segments) {
    const rows = await index.rowsFrom(segment, 0)
    for (let at = 0; at < rows.length; at += inFlight)
      await Promise.all(rows.slice(at, at + inFlight).map(verify))
  }
  return counts
}
