import type { Figure, Rule } from './row.ts'

export const figure = (name: string, unit: string, ...values: number[]): Figure => ({ name, unit, values })

/** Megabytes (10^6 bytes) a second, from the seconds that `bytes` took each time. */
export const rate = (name: string, bytes: number, seconds: readonly number[]): Figure =>
  figure(name, 'MB/s', ...seconds.map(one => bytes / 1e6 / one))

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2
}

/** What a figure is judged by. */
export const typical = ({ values }: Figure): number => median(values)

/** The largest of rates, the smallest of everything else. */
const best = ({ unit, values }: Figure): number =>
  unit.endsWith('/s') ? Math.max(...values) : Math.min(...values)

export const percentile = (values: readonly number[], share: number): number => {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

/** A limit by itself, which holds for full sizes only. */
export const limit = (says: string, met: boolean): Rule => ({ says, met, isAbsolute: true })

/** A limit relative to what was measured in the same run. */
export const against = (says: string, met: boolean): Rule => ({ says, met, isAbsolute: false })

const inDigits = (value: number): string => {
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en')
  return Number(value.toPrecision(3)).toString()
}

/** `487 MB/s`, or with repetitions `487 MB/s (best 502)`. */
export const inWords = (one: Figure): string => {
  const unit = one.unit === '%' ? ' %' : ` ${one.unit}`
  const bestOf = one.values.length > 1 ? ` (best ${inDigits(best(one))})` : ''
  return `${inDigits(typical(one))}${unit}${bestOf}`
}
