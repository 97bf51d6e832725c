import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BenchContext, Outcome, Row } from './row.ts'

/** `outcome` or `error` is null. */
export type Result = {
  row: string
  what: string
  outcome: Outcome | null
  error: string | null
  seconds: number
}

export type RowOptions = Pick<BenchContext, 'scale' | 'repetitions'> & {
  timeoutMs: number
  signal: AbortSignal
}

const broken = ({ timeoutMs, signal }: RowOptions): Promise<never> =>
  new Promise((_resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`not over after ${timeoutMs / 1000} s`)), timeoutMs)
    late.unref()
    signal.addEventListener('abort', () => reject(new Error('stopped')), { once: true })
  })

/** Runs one row in a directory of its own; whatever happens, what it started ends and what it wrote is removed. */
export const runRow = async ({ name, what, run }: Row, options: RowOptions): Promise<Result> => {
  const { scale, repetitions } = options
  const directory = await mkdtemp(join(tmpdir(), 'wherry-bench-'))
  const stops: (() => unknown)[] = []
  let isOver = false
  const started = performance.now()
  const end = (outcome: Outcome | null, error: string | null): Result => {
    const seconds = (performance.now() - started) / 1000
    return { row: name, what, outcome, error, seconds }
  }
  try {
    const defer = (stop: () => unknown): void => {
      stops.push(stop)
      if (isOver) {
        void stop()
        throw new Error('the row is over')
      }
    }
    const running = run({ directory, scale, repetitions, defer })
    return end(await Promise.race([running, broken(options)]), null)
  } catch (error) {
    return end(null, error instanceof Error ? error.message : String(error))
  } finally {
    // A row that was given up may still be starting something.
    isOver = true
    for (const stop of stops.toReversed()) await Promise.resolve(stop()).catch(() => {})
    await rm(directory, { recursive: true, force: true, maxRetries: 3 })
  }
}
