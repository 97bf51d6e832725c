import { expect, test } from 'vitest'
import { readContent } from '../../server/http/content-reader.ts'
import { upload, withAda } from '../storage/open-temporary.ts'
import { fill } from './transfers-rig.ts'

test('nothing is read ahead while much memory is taken', async () => {
  const { storage, ada, root } = await withAda()
  const parts = Array.from({ length: 6 }, (_, i) => fill(1000, i))
  const { entry } = await upload(storage, ada, root, 'six', parts)
  const content = (await storage.contents.ofEntry(entry.id, null))?.content ?? ''
  const mostHeld = async (allocatedBytes: number): Promise<number> => {
    let reads = 0
    let taken = 0
    let most = 0
    const chunks = {
      ...storage.chunks,
      health: () => ({ ...storage.chunks.health(), allocatedBytes }),
      get: (id: string) => {
        reads++
        return storage.chunks.get(id)
      },
    }
    for await (const piece of readContent({ ...storage, chunks }, content, 0, 6000)) {
      most = Math.max(most, reads - taken++)
      piece.release()
    }
    expect(taken).toBe(6)
    return most
  }
  expect(await mostHeld(0)).toBe(3)
  expect(await mostHeld(2 ** 30)).toBe(1)
})
