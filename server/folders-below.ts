import type { Entries } from '../storage/storage.ts'

/** Folders of which one query asks: it takes some milliseconds at most, with paths as deep as they can be. */
const askedAtOnce = 64

/** Entries.below() for any number of folders, with a pause after each query. */
export const foldersBelow = async (
  entries: Pick<Entries, 'below'>,
  tops: readonly string[],
  folders: readonly string[],
  pause: () => Promise<void>,
): Promise<Set<string>> => {
  const below = new Set<string>()
  if (tops.length === 0) return below
  for (let at = 0; at < folders.length; at += askedAtOnce) {
    for (const folder of await entries.below(tops, folders.slice(at, at + askedAtOnce))) below.add(folder)
    await pause()
  }
  return below
}

/** Entries.above() for any number of entries, with a pause after each query. */
export const foldersAbove = async (
  entries: Pick<Entries, 'above'>,
  ids: readonly string[],
  pause: () => Promise<void>,
): Promise<Set<string>> => {
  const above = new Set<string>()
  for (let at = 0; at < ids.length; at += askedAtOnce) {
    for (const id of await entries.above(ids.slice(at, at + askedAtOnce))) above.add(id)
    await pause()
  }
  return above
}
