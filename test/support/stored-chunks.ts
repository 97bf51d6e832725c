import { hash, randomBytes } from 'node:crypto'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { ChunkIndex, ChunkRow, ChunkStore } from '../../storage/chunks/chunk-store.ts'
import { diskChunks } from '../../storage/chunks/disk-chunks.ts'
import { memoryChunkIndex } from '../../storage/chunks/memory-chunk-index.ts'
import { temporaryData } from './chunk-directory.ts'

export type Stored = { id: string; bytes: Buffer }

/** Stores random chunks. */
export const putSome = async (store: ChunkStore, count: number, size = 9000): Promise<Stored[]> => {
  const chunks = Array.from({ length: count }, () => {
    const bytes = randomBytes(size)
    return { id: hash('sha256', bytes), bytes }
  })
  await Promise.all(chunks.map(({ id, bytes }) => store.put(id, bytes)))
  return chunks
}

export const rowOf = async (index: ChunkIndex, id: string): Promise<ChunkRow> => {
  const row = (await index.find([id])).get(id)
  if (!row) throw new Error('The chunk has no row.')
  return row
}

/** `intact` or the reason for which the chunk is not served. */
export const stateOf = async (store: ChunkStore, { id, bytes }: Stored): Promise<string> => {
  try {
    const buffer = await store.get(id)
    const equal = bytes.equals(buffer.bytes)
    buffer.release()
    return equal ? 'intact' : 'different'
  } catch (error) {
    return String(Reflect.get(Object(error), 'reason'))
  }
}

const armFaults = (data: string): ((fault: string | null) => void) => {
  const path = join(data, 'fault')
  process.env.WHERRY_TEST_FAULT = path
  return fault => (fault === null ? rmSync(path) : writeFileSync(path, fault))
}

/** A disk store whose file system fails as it is armed: `operation CODE`, or `operation CODE once`; null: no more. */
export const faultyStore = async () => {
  const { data, chunks: directory, keys } = await temporaryData()
  const arm = armFaults(data)
  const files = new URL('./faulty-segment-files.ts', import.meta.url)
  const index = memoryChunkIndex()
  const store = await diskChunks({ directory, index, keys, files })
  onTestFinished(() => store.close())
  return { store, arm, index, directory, keys }
}
