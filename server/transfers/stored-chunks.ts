import { isReason, WherryError } from '../../protocol/errors.ts'
import { limits } from '../../protocol/limits.ts'
import { gathered } from '../../storage/chunks/gathered.ts'

export type StoredChunk = { index: number; bytes: number }

/** Chunks that one commit marks and one event names; more if they came together. */
const together = { enough: 8, most: limits.declareBatch }

/** Marks durable chunks as stored in groups. Takes what becomes a stored chunk, or null, and never rejects. */
export const createStoredChunks = (
  mark: (indexes: readonly number[]) => Promise<void>,
  settled: (chunks: readonly StoredChunk[], error: WherryError | null) => void,
): { add(storing: Promise<StoredChunk | null>): void } => {
  const add = gathered<StoredChunk>(
    async group => settled(group, await failure(mark(group.map(chunk => chunk.index)))),
    together,
  )
  return { add: storing => void add(storing) }
}

const failure = async (work: Promise<void>): Promise<WherryError | null> => {
  try {
    await work
    return null
  } catch (error) {
    return isReason(error) ? error : new WherryError('internal', undefined, {}, { cause: error })
  }
}
