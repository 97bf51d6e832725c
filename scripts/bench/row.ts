/** A figure that was measured once or several times. */
export type Figure = { name: string; unit: string; values: readonly number[] }

/** What a row has to reach. An absolute one says nothing about a quick run, whose sizes are smaller. */
export type Rule = { says: string; met: boolean; isAbsolute: boolean }

/** CPU seconds, of all threads. */
export type Cost = { hub: number; client: number }

/** What a row found: our figure, beside it the raw limit or peer that was measured in the same run, and our cost. */
export type Outcome = { ours: Figure; beside: readonly Figure[]; rules: readonly Rule[]; cost: Cost | null }

export type BenchContext = {
  /** Removed after the row. */
  directory: string
  /** Sizes are divided by it: 1, or 8 for a quick run. */
  scale: number
  /** How often headline rows are repeated. */
  repetitions: number
  /** Runs after the row, whether it ended well or not; the last one first. */
  defer(stop: () => unknown): void
}

export type Row = { name: string; what: string; run(context: BenchContext): Promise<Outcome> }

export const MiB = 2 ** 20
export const GiB = 2 ** 30
