import { hash, randomBytes } from 'node:crypto'
import { describe, expect, onTestFinished, test } from 'vitest'
import { limits } from '../../protocol/limits.ts'
import type { ChunkId, ChunkStore, PlacedChunk } from '../../storage/chunks/chunk-store.ts'

export type OpenedChunkStore = {
  store: ChunkStore
  /** The places in uploads that were marked so far. */
  marked: readonly PlacedChunk[]
  /** Spoils the stored bytes of a chunk behind the store's back. */
  damage(id: ChunkId): Promise<void>
  /** Releases what close() leaves. */
  remove(): Promise<void>
}

const chunkOf = (size: number): { id: ChunkId; bytes: Uint8Array } => {
  const bytes = randomBytes(size)
  return { id: hash('sha256', bytes), bytes }
}

/** What every ChunkStore has to do. `open` makes an empty one for each test. */
export const chunkStoreContract = (name: string, open: () => Promise<OpenedChunkStore>): void => {
  const opened = async (): Promise<OpenedChunkStore> => {
    const made = await open()
    onTestFinished(async () => {
      await made.store.close()
      await made.remove()
    })
    return made
  }

  const readBack = async (store: ChunkStore, id: ChunkId): Promise<Buffer> => {
    const buffer = await store.get(id)
    const copy = Buffer.from(buffer.bytes)
    buffer.release()
    return copy
  }

  describe(name, () => {
    test('CS1 what was put comes back, of every size, from shared and from plain memory', async () => {
      const { store } = await opened()
      for (const size of [1, 63, 4096, 10_240, 262_145, limits.chunkMaxBytes]) {
        const { id, bytes } = chunkOf(size)
        const shared = store.allocate(size)
        shared.bytes.set(bytes)
        await store.put(id, shared.bytes)
        shared.release()
        expect((await readBack(store, id)).equals(bytes)).toBe(true)
        const plain = chunkOf(size)
        await store.put(plain.id, plain.bytes)
        expect((await readBack(store, plain.id)).equals(plain.bytes)).toBe(true)
      }
    })

    test('CS2 bytes that do not hash to the id are refused and leave nothing', async () => {
      const { store } = await opened()
      const { id } = chunkOf(1000)
      await expect(store.put(id, randomBytes(1000))).rejects.toMatchObject({ reason: 'chunk_mismatch' })
      expect(await store.has([id])).toEqual(new Set())
      await expect(store.get(id)).rejects.toMatchObject({ reason: 'chunk_damaged' })
    })

    test('CS3 putting a chunk again changes nothing, but wrong bytes for it are still refused', async () => {
      const { store } = await opened()
      const { id, bytes } = chunkOf(5000)
      await store.put(id, bytes)
      await store.put(id, bytes)
      await expect(store.put(id, randomBytes(5000))).rejects.toMatchObject({ reason: 'chunk_mismatch' })
      expect((await readBack(store, id)).equals(bytes)).toBe(true)
    })

    test('CS4 the same chunk put many times at once is there for each of them, a wrong one among them fails alone', async () => {
      const { store } = await opened()
      const { id, bytes } = chunkOf(70_000)
      const wrong = store.put(id, randomBytes(70_000)).then(
        () => 'stored',
        error => error.reason,
      )
      await Promise.all(Array.from({ length: 20 }, () => store.put(id, bytes)))
      expect(await wrong).toBe('chunk_mismatch')
      expect((await readBack(store, id)).equals(bytes)).toBe(true)
    })

    test('CS5 a damaged chunk is an error, then absent, and healed by the next put', async () => {
      const { store, damage } = await opened()
      const { id, bytes } = chunkOf(20_000)
      await store.put(id, bytes)
      await damage(id)
      await expect(store.get(id)).rejects.toMatchObject({ reason: 'chunk_damaged' })
      expect(await store.has([id])).toEqual(new Set())
      await store.put(id, bytes)
      expect((await readBack(store, id)).equals(bytes)).toBe(true)
    })

    test('CS6 has() answers those that are there, however many are asked for', async () => {
      const { store } = await opened()
      const chunks = Array.from({ length: 300 }, () => chunkOf(100))
      await Promise.all(chunks.slice(0, 200).map(({ id, bytes }) => store.put(id, bytes)))
      const ids = chunks.map(({ id }) => id)
      expect(await store.has(ids)).toEqual(new Set(ids.slice(0, 200)))
      expect(await store.has([])).toEqual(new Set())
    })

    test('CS7 buffers are distinct, counted while they are held, and released once', async () => {
      const { store } = await opened()
      const before = store.health().allocatedBytes
      const buffers = Array.from({ length: 50 }, (_, i) => store.allocate(1000 * (i + 1)))
      for (const [i, { bytes }] of buffers.entries()) bytes.fill(i)
      expect(
        buffers.every(({ bytes }, i) => bytes.length === 1000 * (i + 1) && bytes.every(b => b === i)),
      ).toBe(true)
      const sum = buffers.reduce((total, { bytes }) => total + bytes.length, 0)
      expect(store.health().allocatedBytes).toBeGreaterThanOrEqual(before + sum)
      for (const buffer of buffers) buffer.release()
      expect(store.health().allocatedBytes).toBe(before)
      expect(() => buffers[0]?.release()).toThrow()
    })

    test('CS8 sizes outside 1 to the maximum are refused', async () => {
      const { store } = await opened()
      const tooLarge = chunkOf(limits.chunkMaxBytes + 1)
      const empty = chunkOf(0)
      expect(() => store.allocate(0)).toThrow()
      expect(() => store.allocate(limits.chunkMaxBytes + 1)).toThrow()
      await expect(store.put(tooLarge.id, tooLarge.bytes)).rejects.toMatchObject({ reason: 'too_large' })
      await expect(store.put(empty.id, empty.bytes)).rejects.toMatchObject({ reason: 'invalid_params' })
    })

    test('CS9 close settles what was put before and refuses what comes after', async () => {
      const { store } = await opened()
      const chunks = Array.from({ length: 50 }, () => chunkOf(30_000))
      const puts = chunks.map(({ id, bytes }) => store.put(id, bytes))
      await store.close()
      await Promise.all(puts)
      const late = chunkOf(10)
      await expect(store.put(late.id, late.bytes)).rejects.toMatchObject({ reason: 'closing' })
      await expect(store.get(late.id)).rejects.toMatchObject({ reason: 'closing' })
      expect(store.health().allocatedBytes).toBe(0)
    })

    test('CS10 the place that a chunk is for is marked once its bytes are there, also if they were there before', async () => {
      const { store, marked } = await opened()
      const { id, bytes } = chunkOf(5000)
      await expect(store.put(id, randomBytes(5000), { upload: 'wrong', index: 0 })).rejects.toMatchObject({
        reason: 'chunk_mismatch',
      })
      await store.put(id, bytes, { upload: 'first', index: 7 })
      await store.put(id, bytes, { upload: 'second', index: 0 })
      await store.put(id, bytes)
      expect(marked).toEqual([
        { upload: 'first', index: 7, id },
        { upload: 'second', index: 0, id },
      ])
    })
  })
}
