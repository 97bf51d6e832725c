import { WherryError } from '../../../protocol/errors.ts'
import { nameKey, nameProblem, numberedName, sortKey } from '../../../protocol/names.ts'
import { entriesByKey, type NamedEntryRow, selectEntries, toEntry } from '../entry-rows.ts'
import { prepared } from '../prepared.ts'
import type { Tx } from '../tx.ts'

/** A name with the keys that make it unique and place it in its folder. `invalid_params` for an impossible one. */
export const namedAs = (name: string): { name: string; name_key: string; sort_key: string } => {
  const problem = nameProblem(name)
  if (problem !== null) throw new WherryError('invalid_params', problem)
  return { name, name_key: nameKey(name), sort_key: sortKey(name) }
}

/** `invalid_params` if several entries are to have one name. */
export const assertNameable = (entries: readonly string[], name: string | undefined): void => {
  if (name !== undefined && entries.length !== 1)
    throw new WherryError('invalid_params', 'A name is for one entry alone.')
}

const entryByKey = prepared((db, { folder, key }: { folder: string; key: string }) =>
  selectEntries(db).where('e.parent', '=', folder).where('e.name_key', '=', key),
)

/** The entry that has a name in a folder, however it is written there. */
export const entryNamed = async (
  tx: Tx,
  folder: string,
  name: string,
): Promise<NamedEntryRow | undefined> => {
  const [row] = await entryByKey(tx.db, { folder, key: nameKey(name) })
  return row
}

/** `taken`: ids of those that were to get names that entries in the folder have, of which `row` is the first. */
export const nameTaken = (row: NamedEntryRow, taken: readonly string[] = []): WherryError => {
  const words =
    taken.length > 1
      ? `The folder has entries of ${taken.length} of these names already, one of them "${row.name}".`
      : `The folder has an entry named "${row.name}" already.`
  return new WherryError('name_taken', words, { entry: toEntry(row), ...(taken.length > 0 && { taken }) })
}

/** Throws `name_taken`, with all of them, where entries that are to come into a folder have names that are taken there. */
export const assertNamesFree = async (
  tx: Tx,
  folder: string,
  coming: readonly { id: string; name: string }[],
): Promise<void> => {
  const found = await entriesByKey(
    tx.db,
    folder,
    coming.map(({ name }) => nameKey(name)),
  )
  const takes = ({ name }: { name: string }) => found.get(nameKey(name))
  const taken = coming.filter(takes)
  const [first] = taken.flatMap(one => takes(one) ?? [])
  if (first)
    throw nameTaken(
      first,
      taken.map(({ id }) => id),
    )
}

/** `name` if it is free in the folder; else, to keep both, the first numbered one that is; else `name_taken`. */
export const freeName = async (
  tx: Tx,
  folder: string,
  name: string,
  onClash: 'fail' | 'keepBoth',
): Promise<string> => {
  const taken = await entryNamed(tx, folder, name)
  if (taken === undefined) return name
  if (onClash === 'fail') throw nameTaken(taken)
  return firstFreeNumber(name, keys => entriesByKey(tx.db, folder, keys))
}

const numbersAtOnce = 64

/** The first numbered form of a name that is not taken. */
export const firstFreeNumber = async (
  name: string,
  taken: (keys: readonly string[]) => Promise<{ has(key: string): boolean }>,
): Promise<string> => {
  for (let from = 2; ; from += numbersAtOnce) {
    const names = Array.from({ length: numbersAtOnce }, (_, i) => numberedName(name, from + i))
    const used = await taken(names.map(nameKey))
    const free = names.find(candidate => !used.has(nameKey(candidate)))
    if (free !== undefined) return free
  }
}
