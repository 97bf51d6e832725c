import { isReason } from '../../../protocol/errors.ts'
import { limits } from '../../../protocol/limits.ts'
import type { Entry } from '../../../protocol/values.ts'
import type { HubClient } from '../../core/api.ts'
import { isGone } from '../../core/is-gone.ts'

/** What was done of a list, what came of it, what of it is not there any more, and the rest with why it was not done. */
type Outcome = {
  done: readonly Entry[]
  made: readonly Entry[]
  gone: readonly Entry[]
  rest: readonly Entry[]
  error: unknown
}

/** The hub does not say which of many it was that it did not find. */
const goneOf = async (client: HubClient, entries: readonly Entry[]): Promise<Set<Entry>> => {
  const found = await Promise.all(
    entries.map(async entry => ((await isGone(client, entry.id)) ? [entry] : [])),
  )
  return new Set(found.flat())
}

/**
 * A call takes a bounded number of entries, all or none: longer lists go in pieces, in order, up to the first failure. What
 * is gone by then is left out, as it may not keep the others back.
 */
export const inPieces = async (
  client: HubClient,
  entries: readonly Entry[],
  call: (ids: string[], piece: readonly Entry[]) => Promise<readonly Entry[]>,
): Promise<Outcome> => {
  const done: Entry[] = []
  const made: Entry[] = []
  const gone: Entry[] = []
  let rest = entries
  while (rest.length > 0) {
    const piece = rest.slice(0, limits.entriesBatch)
    const ids = piece.map(({ id }) => id)
    try {
      made.push(...(await call(ids, piece)))
      done.push(...piece)
      rest = rest.slice(piece.length)
    } catch (error) {
      const missing = isReason(error, 'not_found') ? await goneOf(client, piece) : new Set<Entry>()
      if (missing.size === 0) return { done, made, gone, rest, error }
      gone.push(...missing)
      rest = rest.filter(entry => !missing.has(entry))
    }
  }
  return { done, made, gone, rest, error: null }
}
