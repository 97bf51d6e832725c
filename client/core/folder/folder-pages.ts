import { limits } from '../../../protocol/limits.ts'
import type { Result } from '../../../protocol/table.ts'
import type { Change, Entry } from '../../../protocol/values.ts'
import type { HubClient } from '../api.ts'

/** Small, so that there is something to see at once. */
const firstPageEntries = 500
const soonMs = 1000

/**
 * How many entries to ask for after a page that took so long: all that is allowed only where it came at once. A large page
 * on a slow link looks like a dead connection, and one that breaks with its connection comes anew.
 */
const nextPageEntries = (tookMs: number): number => (tookMs < soonMs ? limits.pageEntries : firstPageEntries)

export type Page = { entries: readonly Entry[]; total: number }

/** All pages of a folder, in name order; each is asked for before the one before it is worked on, so that both sides are busy. */
export async function* folderPages(
  client: HubClient,
  folder: string,
  signal?: AbortSignal,
): AsyncGenerator<Result<'folder.list'>> {
  const read = (after: string | null, limit: number): Promise<Result<'folder.list'>> => {
    const page = client.call('folder.list', { folder, after, limit }, signal && { signal })
    // Whoever stops does not wait for it.
    page.catch(() => {})
    return page
  }
  let askedAtMs = performance.now()
  let coming: Promise<Result<'folder.list'>> | null = read(null, firstPageEntries)
  while (coming) {
    const page: Result<'folder.list'> = await coming
    signal?.throwIfAborted()
    const limit = nextPageEntries(performance.now() - askedAtMs)
    askedAtMs = performance.now()
    coming = page.next === null ? null : read(page.next, limit)
    yield page
  }
}

/**
 * Reads a whole folder. Answers the lowest change number that a page was read at: changes after it may be missing from the
 * pages.
 */
export const readPages = async (
  client: HubClient,
  folder: string,
  signal: AbortSignal,
  onPage: (page: Page) => void,
): Promise<number> => {
  let lowestSeq = Number.MAX_SAFE_INTEGER
  for await (const page of folderPages(client, folder, signal)) {
    lowestSeq = Math.min(lowestSeq, page.seq)
    onPage(page)
  }
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
