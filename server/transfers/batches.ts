import { WherryError } from '../../protocol/errors.ts'
import type { Params } from '../../protocol/table.ts'
import { type BatchStream, batchProblem, createBatchStream, type ReceivedFile } from './batch-stream.ts'
import type { Lane } from './lane.ts'
import type { FailAnnounced } from './transfer-parts.ts'

/** What came of each file's bytes, in the order of the call. */
export type StoreFiles = (files: readonly ReceivedFile[]) => Promise<readonly (WherryError | null)[]>

/** The upload.putMany calls whose bytes are under way. */
export type Batches = {
  announce(lane: Lane, user: string, params: Params<'upload.putMany'>): FailAnnounced
  /** Waits for the bytes of an announced call, has them stored, and gives their credit back. */
  receive(params: object, store: StoreFiles): Promise<readonly (WherryError | null)[]>
  all(): BatchStream[]
  end(batch: BatchStream, error: WherryError): void
}

export const createBatches = (): Batches => {
  const announced = new WeakMap<object, BatchStream>()
  const running = new Set<BatchStream>()

  const end = (batch: BatchStream, error: WherryError): void => {
    running.delete(batch)
    batch.lane.refuse(batch.stream, batch, error)
    batch.fail(error)
  }

  return {
    announce: (lane, user, params) => {
      const batch = createBatchStream(lane, user, params)
      lane.bind(params.stream, batch)
      const problem = batchProblem(params.files)
      if (problem) {
        end(batch, problem)
        return () => undefined
      }
      announced.set(params, batch)
      running.add(batch)
      return error => end(batch, error)
    },
    receive: async (params, store) => {
      const batch = announced.get(params)
      if (!batch) throw new WherryError('too_large')
      const files = await batch.received
      if (files instanceof WherryError) throw files
      batch.hold()
      const stored: number[] = []
      try {
        const outcomes = await store(files)
        outcomes.forEach((error, i) => {
          if (error === null) stored.push(i)
        })
        return outcomes
      } finally {
        batch.finish(stored)
        end(batch, new WherryError('not_found', 'That upload.putMany is complete.'))
      }
    },
    all: () => [...running],
    end,
  }
}
