import { isReason, WherryError } from '../../protocol/errors.ts'
import { limits } from '../../protocol/limits.ts'

export type StoredChunk = { index: number; bytes: number }

/** Marks durable chunks as stored in groups: what comes while one group is being written goes into the next. */
export const createStoredChunks = (
  mark: (indexes: readonly number[]) => Promise<void>,
  settled: (chunks: readonly StoredChunk[], error: WherryError | null) => void,
): { add(chunk: StoredChunk): void } => {
  const waiting: StoredChunk[] = []
  let isRunning = false

  const run = async (): Promise<void> => {
    isRunning = true
    while (waiting.length > 0) {
      const group = waiting.splice(0, limits.declareBatch)
      settled(group, await failure(mark(group.map(chunk => chunk.index))))
    }
    isRunning = false
  }

  return {
    add: chunk => {
      waiting.push(chunk)
      if (!isRunning) void run()
    },
  }
}

const failure = async (work: Promise<void>): Promise<WherryError | null> => {
  try {
    await work
    return null
  } catch (error) {
    return isReason(error) ? error : new WherryError('internal', undefined, {}, { cause: error })
  }
}
