/** What a row of the benchmark found: our figure, and the raw limit or peer that was measured beside it. */
export type Figure = { name: string; value: number; unit: string }

export type Outcome = { ours: Figure; beside: Figure[]; target: string; met: boolean; notes?: string[] }

/** Sizes are divided by `scale` for a quick run. `directory` is removed after the row. */
export type BenchContext = { directory: string; scale: number }

export type Row = { name: string; what: string; run(context: BenchContext): Promise<Outcome> }

export const MB = 1e6
export const MiB = 2 ** 20

/** Seconds that `work` took. */
export const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const started = performance.now()
  await work()
  return (performance.now() - started) / 1000
}

export const rate = (name: string, bytes: number, seconds: number): Figure => ({
  name,
  value: bytes / MB / seconds,
  unit: 'MB/s',
})
