import type { Entry, TransferProgress } from '../../../protocol/values.ts'
import type { FolderOrder, LiveFolder } from '../../core/api.ts'

/** A row of the list: an entry, or the ghost of a file that somebody uploads. */
export type Row = Entry | TransferProgress

export type ListOrder = FolderOrder | { by: 'person'; descending: boolean }

export const isGhost = (row: Row): row is TransferProgress => 'upload' in row
export const isEntry = (row: Row): row is Entry => !isGhost(row)
export const rowId = (row: Row): string => (isGhost(row) ? row.upload : row.id)

/** The uploads into a folder that have no row yet, without those that the tray of this page shows. */
export const ghostsOf = (
  { uploads, find }: Pick<LiveFolder, 'uploads' | 'find'>,
  own: ReadonlySet<string>,
): readonly TransferProgress[] =>
  uploads.filter(({ upload, name, size, by }) => {
    if (own.has(upload)) return false
    const entry = find(name)
    const isFinished = entry?.by?.id === by.id && entry.size === size
    return !isFinished
  })

/** The rows to show, in order, with the uploads of others where their files will be. */
export const arrangeRows = (
  entries: readonly Entry[],
  uploads: readonly TransferProgress[],
  order: ListOrder,
): readonly Row[] => {
  const sorted = order.by === 'person' ? byPerson(entries, order.descending) : entries
  return uploads.length === 0 ? sorted : withGhosts(sorted, uploads)
}

/** Few people change many entries: one pass deals the entries out to them, and only the people are sorted. */
const byPerson = (entries: readonly Entry[], descending: boolean): Entry[] => {
  const hands = { folder: new Map<string, Entry[]>(), file: new Map<string, Entry[]>() }
  for (const entry of entries) {
    const name = entry.by?.name ?? ''
    const dealt = hands[entry.kind].get(name)
    if (dealt) dealt.push(entry)
    else hands[entry.kind].set(name, [entry])
  }
  const direction = descending ? -1 : 1
  return [hands.folder, hands.file].flatMap(hand =>
    [...hand].sort(([a], [b]) => direction * a.localeCompare(b)).flatMap(([, dealt]) => dealt),
  )
}

/** Ghosts stand after the folders: their place is known only when they are entries. */
const withGhosts = (entries: readonly Entry[], ghosts: readonly TransferProgress[]): Row[] => {
  const firstFile = entries.findIndex(entry => entry.kind === 'file')
  const at = firstFile === -1 ? entries.length : firstFile
  return [...entries.slice(0, at), ...ghosts, ...entries.slice(at)]
}
