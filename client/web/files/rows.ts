import { nameKey } from '../../../protocol/names.ts'
import type { Entry, TransferProgress } from '../../../protocol/values.ts'
import type { FolderOrder } from '../../core/api.ts'

/** A row of the list: an entry, or the ghost of a file that somebody uploads. */
export type Row = Entry | TransferProgress

export type ListOrder = FolderOrder | { by: 'person'; descending: boolean }

export const isGhost = (row: Row): row is TransferProgress => 'upload' in row
export const isEntry = (row: Row): row is Entry => !isGhost(row)
export const rowId = (row: Row): string => (isGhost(row) ? row.upload : row.id)

/** The rows to show: filtered, in order, with the uploads of others where their files will be. */
export const buildRows = (
  entries: readonly Entry[],
  uploads: readonly TransferProgress[],
  order: ListOrder,
  filter: string,
): readonly Row[] => {
  const wanted = nameKey(filter.trim())
  const isWanted = ({ name }: { name: string }) => nameKey(name).includes(wanted)
  const kept = wanted ? entries.filter(isWanted) : entries
  const sorted = order.by === 'person' ? byPerson(kept, order.descending) : kept
  const ghosts = wanted ? uploads.filter(isWanted) : uploads
  return ghosts.length === 0 ? sorted : withGhosts(sorted, ghosts)
}

/** Few people change many entries: names are compared once for each person, rows by number. */
const byPerson = (entries: readonly Entry[], descending: boolean): Entry[] => {
  const names = [...new Set(entries.map(entry => entry.by?.name ?? ''))].sort((a, b) => a.localeCompare(b))
  const rank = new Map(names.map((name, index) => [name, descending ? -index : index]))
  const rankOf = (entry: Entry) => rank.get(entry.by?.name ?? '') ?? 0
  return [...entries].sort(
    (a, b) => Number(b.kind === 'folder') - Number(a.kind === 'folder') || rankOf(a) - rankOf(b),
  )
}

/** Ghosts stand after the folders: their place is known only when they are entries. */
const withGhosts = (entries: readonly Entry[], ghosts: readonly TransferProgress[]): Row[] => {
  const firstFile = entries.findIndex(entry => entry.kind === 'file')
  const at = firstFile === -1 ? entries.length : firstFile
  return [...entries.slice(0, at), ...ghosts, ...entries.slice(at)]
}
