import { isReason, WherryError } from '../../protocol/errors.ts'
import { messageOf } from '../message-of.ts'
import type { ChunkId, ChunkIndex, MarkedRow } from './chunk-store.ts'

export type DamageOptions = {
  index: Pick<ChunkIndex, 'mark'>
  /** Reads and verifies without giving the bytes; fails as a read does. */
  check(row: MarkedRow): Promise<unknown>
  /** What cannot be read counts as damaged. */
  takesForLost: boolean
  /** Says which files chunks are in. */
  filesWith(ids: readonly ChunkId[]): Promise<string>
  log: { info(message: string): void; warn(message: string): void; error(message: string): void } | undefined
  /** A mark could not be made durable. */
  onFailed(error: unknown): void
}

/**
 * What reads find out: bytes that do not verify are marked in the index until a read of them is a good one. What the system
 * does not give is not marked, because it may be back soon: it is tried again from time to time.
 */
export type Damage = {
  /** After a good read. */
  whole(row: MarkedRow): Promise<void>
  /** After a read that failed twice; answers the error to throw. */
  failed(row: MarkedRow, error: unknown): Promise<unknown>
  isUnreadable(id: ChunkId): boolean
  /** It was stored anew. */
  stored(id: ChunkId): void
  /** Why chunks cannot be read at the moment, as a sentence. */
  problem(): string | null
  stop(): void
}

/** Unreadable chunks that are tried again, at most. */
const mostTried = 100
const tryAgainMs = 2000

export const chunkDamage = (options: DamageOptions): Damage => {
  const { index, check, takesForLost, filesWith, log } = options
  const unreadable = new Map<ChunkId, { row: MarkedRow; why: string }>()
  let timer: ReturnType<typeof setTimeout> | undefined
  let isStopped = false

  const mark = async (row: MarkedRow, damaged: boolean): Promise<void> => {
    const name = `Chunk ${row.id} in segment ${row.segment} at ${row.offset}`
    try {
      if (damaged) log?.warn(`${name} is damaged. ${await filesWith([row.id])}`)
      else log?.info(`${name} was damaged and is whole again.`)
      await index.mark([row], damaged)
    } catch (error) {
      options.onFailed(error)
    }
  }

  const forget = (id: ChunkId): void => {
    if (unreadable.delete(id) && unreadable.size === 0)
      log?.info('All chunks that were tried can be read again.')
  }

  const noteUnreadable = (row: MarkedRow, error: WherryError): void => {
    if (unreadable.has(row.id) || unreadable.size >= mostTried) return
    const why = messageOf(error.cause)
    const isKnown = [...unreadable.values()].some(other => other.row.segment === row.segment)
    if (!isKnown) log?.error(`Segment ${row.segment} cannot be read: ${why}`)
    unreadable.set(row.id, { row, why })
    tryAgainSoon()
  }

  const tryAgainSoon = (): void => {
    if (isStopped || unreadable.size === 0) return
    timer ??= setTimeout(tryAgain, tryAgainMs).unref()
  }

  const tryAgain = async (): Promise<void> => {
    for (const { row } of [...unreadable.values()]) {
      if (isStopped) return
      await check(row).then(
        () => whole(row),
        error => failed(row, error),
      )
    }
    timer = undefined
    tryAgainSoon()
  }

  const whole = async (row: MarkedRow): Promise<void> => {
    forget(row.id)
    if (row.damaged) await mark(row, false)
  }

  const failed = async (row: MarkedRow, error: unknown): Promise<unknown> => {
    if (isReason(error, 'chunk_unreadable')) {
      if (!takesForLost) {
        noteUnreadable(row, error)
        return error
      }
    } else if (!isReason(error, 'chunk_damaged')) return error
    forget(row.id)
    if (!row.damaged) await mark(row, true)
    return new WherryError('chunk_damaged', undefined, {}, { cause: error })
  }

  return {
    whole,
    failed,
    isUnreadable: id => unreadable.has(id),
    stored: forget,
    problem() {
      const [first] = unreadable.values()
      return first ? `Stored chunks cannot be read: ${first.why}` : null
    },
    stop() {
      isStopped = true
      clearTimeout(timer)
    },
  }
}
