import { isReason, type WherryError } from '../../protocol/errors.ts'
import type { ChunkId, ChunkIndex, MarkedRow } from './chunk-store.ts'

const inFlight = 64

export type Recovery = {
  index: ChunkIndex
  /** Reads and verifies; fails as a read does. */
  check(row: MarkedRow): Promise<unknown>
  /** What cannot be read counts as damaged. */
  takesForLost: boolean
  /** Hears of what cannot be read, and is not marked. */
  onUnreadable(row: MarkedRow, error: WherryError): unknown
  /** Says which files chunks are in. */
  filesWith(ids: readonly ChunkId[]): Promise<string>
  log: { info(message: string): void; warn(message: string): void } | undefined
}

type Verified = { whole: number; damaged: number; unreadable: number }

/** Reads records and marks them by what it finds, so that a mark from before may go. */
const verifyRows = async (recovery: Recovery, rows: readonly MarkedRow[]): Promise<Verified> => {
  const { index } = recovery
  const whole: MarkedRow[] = []
  const damaged: MarkedRow[] = []
  let unreadable = 0

  const verify = async (row: MarkedRow): Promise<void> => {
    try {
      await recovery.check(row)
      whole.push(row)
    } catch (error) {
      if (!isReason(error, 'chunk_damaged', 'chunk_unreadable')) throw error
      if (error.reason === 'chunk_damaged' || recovery.takesForLost) damaged.push(row)
      else {
        unreadable++
        recovery.onUnreadable(row, error)
      }
    }
  }

  for (let at = 0; at < rows.length; at += inFlight)
    await Promise.all(rows.slice(at, at + inFlight).map(verify))
  const wrongly = { damaged: whole.filter(row => row.damaged), whole: damaged.filter(row => !row.damaged) }
  await index.mark(wrongly.damaged, false)
  await index.mark(wrongly.whole, true)
  return { whole: whole.length, damaged: damaged.length, unreadable }
}

/** Verifies every indexed record of some segments; says how that went. */
const verifySegments = async (recovery: Recovery, segments: readonly number[]): Promise<void> => {
  const sum = { whole: 0, damaged: 0, unreadable: 0 }
  for (const segment of segments) {
    const found = await verifyRows(recovery, await recovery.index.rowsFrom(segment, 0))
    sum.whole += found.whole
    sum.damaged += found.damaged
    sum.unreadable += found.unreadable
  }
  const words = `After an unclean stop ${sum.whole} chunks were verified and ${sum.damaged} found damaged`
  if (sum.damaged + sum.unreadable === 0) recovery.log?.info(`${words}.`)
  else if (sum.unreadable === 0) recovery.log?.warn(`${words}.`)
  else recovery.log?.warn(`${words}; ${sum.unreadable} could not be read.`)
}

/**
 * What a start reads: the segments that may have been written last before an unclean stop (null for none), and what is
 * marked damaged but for what is in missing segments. Marks what does not verify, and tells which files are damaged.
 */
export const recoverChunks = async (
  recovery: Recovery,
  written: readonly number[] | null,
  missing: ReadonlySet<number>,
): Promise<void> => {
  const { index, log } = recovery
  if (written !== null) await verifySegments(recovery, written)
  const marked = (await index.damaged()).filter(({ segment }) => !missing.has(segment))
  const { whole } = await verifyRows(recovery, marked)
  if (whole > 0) log?.info(`${whole} chunks that were marked damaged are whole.`)
  const ids = (await index.damaged()).map(({ id }) => id)
  if (ids.length > 0) log?.warn(`${ids.length} stored chunks are damaged. ${await recovery.filesWith(ids)}`)
}
