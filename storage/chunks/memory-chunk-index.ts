import type { ChunkIndex, ChunkRow, MarkedRow, PlacedChunk } from './chunk-store.ts'

/** Chunk rows in memory: for tests, and where a store's rows need not outlive it. `marked` gathers what was placed in uploads. */
export const memoryChunkIndex = (marked: PlacedChunk[] = []): ChunkIndex => {
  const rows = new Map<string, MarkedRow>()
  const plain = ({ id, size, segment, offset, length }: ChunkRow): ChunkRow => ({
    id,
    size,
    segment,
    offset,
    length,
  })

  return {
    async find(ids) {
      const found = new Map<string, MarkedRow>()
      for (const id of ids) {
        const row = rows.get(id)
        if (row) found.set(id, { ...row })
      }
      return found
    },
    async add(added, placed = []) {
      marked.push(...placed)
      for (const row of added) rows.set(row.id, { ...plain(row), damaged: false })
    },
    async mark(marked, damaged) {
      for (const { id, segment, offset } of marked) {
        const row = rows.get(id)
        if (row?.segment === segment && row.offset === offset) row.damaged = damaged
      }
    },
    async damaged() {
      return [...rows.values()].filter(row => row.damaged).map(row => ({ ...row }))
    },
    async damagedCount() {
      return [...rows.values()].filter(row => row.damaged).length
    },
    async segmentEnds() {
      const ends = new Map<number, number>()
      for (const { segment, offset, length } of rows.values())
        ends.set(segment, Math.max(ends.get(segment) ?? 0, offset + length))
      return ends
    },
    async rowsFrom(segment, offset) {
      return [...rows.values()]
        .filter(row => row.segment === segment && row.offset >= offset)
        .sort((a, b) => a.offset - b.offset)
        .map(row => ({ ...row }))
    },
  }
}
