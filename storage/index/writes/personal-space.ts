import { nameKey, nameProblem, sortKey } from '../../../protocol/names.ts'
import { among } from '../insert-rows.ts'
import { folderKind } from '../tables.ts'
import { orderedId, type Tx } from '../tx.ts'
import { firstFreeNumber } from './free-name.ts'

/** Makes a user's own space with its root folder, named after the person, else the address, else numbered. */
export const createPersonalSpace = async (
  tx: Tx,
  owner: { id: string; name: string; email: string; quotaBytes: number | null },
): Promise<void> => {
  const name = await spaceName(tx, owner)
  const space = orderedId(tx.now)
  const root = orderedId(tx.now)
  await tx.db
    .insertInto('spaces')
    .values({
      id: space,
      kind: 'personal',
      owner: owner.id,
      name,
      name_key: nameKey(name),
      root,
      quota: owner.quotaBytes,
      used: 0,
      reserved: 0,
      entries: 0,
      seq: 0,
      pruned_seq: 0,
      created_at: tx.now,
    })
    .execute()
  await tx.db
    .insertInto('entries')
    .values({
      id: root,
      space,
      parent: null,
      kind: folderKind,
      name,
      name_key: nameKey(name),
      sort_key: sortKey(name),
      size: 0,
      children: 0,
      history_from: 0,
      modified_at: tx.now,
      created_at: tx.now,
      created_by: owner.id,
      changed_by: owner.id,
      seq: 0,
    })
    .execute()
}

const spaceName = async (tx: Tx, owner: { name: string; email: string }): Promise<string> => {
  const wanted = [owner.name, owner.email].map(asName)
  const free = (names: string[]) =>
    tx.db.selectFrom('spaces').select('name_key').where('name_key', 'in', among(names)).execute()
  const taken = new Set((await free(wanted.map(nameKey))).map(row => row.name_key))
  const first = wanted.find(name => !taken.has(nameKey(name)))
  if (first !== undefined) return first
  return firstFreeNumber(
    wanted[0] ?? '',
    async keys => new Set((await free([...keys])).map(row => row.name_key)),
  )
}

/** A person's name as an entry's name that also works before the colon of `space:path`. */
const asName = (text: string): string => {
  const name = text
    .replace(/[/:]/g, '-')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
    .replace(/[\u0000-\u001f\u007f]/g, '')
    .toWellFormed()
    .slice(0, 80)
    .toWellFormed()
  return nameProblem(name) === null ? name : 'Personal'
}
