import { limits } from '../../protocol/limits.ts'
import type { Change, Entry } from '../../protocol/values.ts'
import type { HubClient } from './api.ts'

/** Small, so that there is something to see at once. */
const firstPageEntries = 500

export type Page = { entries: readonly Entry[]; total: number }

/**
 * Reads a whole folder page by page, in name order. Answers the lowest change number that a page was read at: changes after
 * it may be missing from the pages.
 */
export const readPages = async (
  client: HubClient,
  folder: string,
  signal: AbortSignal,
  onPage: (page: Page) => void,
): Promise<number> => {
  let after: string | null = null
  let limit = firstPageEntries
  let lowestSeq = Number.MAX_SAFE_INTEGER
  do {
    const page: Awaited<ReturnType<typeof client.call<'folder.list'>>> = await client.call(
      'folder.list',
      { folder, after, limit },
      { signal },
    )
    signal.throwIfAborted()
    lowestSeq = Math.min(lowestSeq, page.seq)
    onPage(page)
    after = page.next
    limit = limits.pageEntries
  } while (after !== null)
  return lowestSeq
}

/** Reads the changes after `since` to the end. False if that history is gone. */
export const readChanges = async (
  client: HubClient,
  folder: string,
  since: number,
  signal: AbortSignal,
  onChanges: (changes: readonly Change[], seq: number) => void,
): Promise<boolean> => {
  let more = true
  let cursor = since
  while (more) {
    const answer = await client.call('folder.changes', { folder, since: cursor }, { signal })
    signal.throwIfAborted()
    if (answer.reset) return false
    onChanges(answer.changes, answer.seq)
    cursor = answer.seq
    more = answer.more
  }
  return true
}
