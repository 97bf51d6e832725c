import { hash } from 'node:crypto'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { ChunkIndex, ChunkRow } from '../../storage/chunks/chunk-store.ts'

const row = (name: string, segment: number, offset: number, length = 100): ChunkRow => ({
  id: hash('sha256', name),
  size: length - 80,
  segment,
  offset,
  length,
})

/** What every ChunkIndex has to do. `open` makes an empty one for each test. */
export const chunkIndexContract = (
  name: string,
  open: () => Promise<{ index: ChunkIndex; close(): Promise<void> }>,
): void => {
  const opened = async (): Promise<ChunkIndex> => {
    const { index, close } = await open()
    onTestFinished(close)
    return index
  }

  describe(name, () => {
    test('CI1 finds the rows that were added and leaves the others out', async () => {
      const index = await opened()
      const a = row('a', 1, 0)
      const b = row('b', 1, 100)
      await index.add([a, b])
      expect(await index.find([a.id, row('c', 1, 0).id, b.id])).toEqual(
        new Map([
          [a.id, { ...a, damaged: false }],
          [b.id, { ...b, damaged: false }],
        ]),
      )
      expect(await index.find([])).toEqual(new Map())
    })

    test('CI2 adding a chunk again re-points it', async () => {
      const index = await opened()
      const moved = row('a', 2, 500)
      await index.add([row('a', 1, 0)])
      await index.add([moved])
      expect((await index.find([moved.id])).get(moved.id)).toEqual({ ...moved, damaged: false })
    })

    test('CI3 a damaged chunk is marked until it is whole or added again', async () => {
      const index = await opened()
      const a = row('a', 1, 0)
      await index.add([a, row('b', 1, 100)])
      await index.mark([a], true)
      expect((await index.find([a.id])).get(a.id)).toEqual({ ...a, damaged: true })
      expect(await index.damaged()).toEqual([{ ...a, damaged: true }])
      await index.mark([a], false)
      expect((await index.find([a.id])).get(a.id)).toEqual({ ...a, damaged: false })
      await index.mark([a], true)
      const healed = row('a', 2, 0)
      await index.add([healed])
      expect((await index.find([a.id])).get(a.id)).toEqual({ ...healed, damaged: false })
      expect(await index.damaged()).toEqual([])
    })

    test('CI4 damage at a place that the chunk has left is ignored', async () => {
      const index = await opened()
      const a = row('a', 2, 0)
      await index.add([row('a', 1, 0)])
      await index.add([a])
      await index.mark([row('a', 1, 0)], true)
      expect((await index.find([a.id])).get(a.id)).toEqual({ ...a, damaged: false })
    })

    test('CI5 knows the end of each segment and the rows behind an offset in their order', async () => {
      const index = await opened()
      const rows = [row('c', 3, 300), row('a', 3, 0, 200), row('b', 3, 200), row('d', 7, 0)]
      await index.add(rows)
      expect(await index.segmentEnds()).toEqual(
        new Map([
          [3, 400],
          [7, 100],
        ]),
      )
      expect(await index.rowsFrom(3, 200)).toEqual(
        [rows[2], rows[0]].map(one => ({ ...one, damaged: false })),
      )
      expect(await index.rowsFrom(4, 0)).toEqual([])
    })
  })
}
