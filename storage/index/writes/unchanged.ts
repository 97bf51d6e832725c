import { WherryError } from '../../../protocol/errors.ts'
import { type EntryRow, subtree } from '../entry-rows.ts'
import type { Tx } from '../tx.ts'

const changed = (name: string): WherryError =>
  new WherryError('conflict', `“${name}” was changed meanwhile, so it stays as it is.`)

/** Throws `conflict` if somebody else changed the entry after that change number of its space. */
export const assertLeftAlone = (
  tx: Tx,
  { name, seq, changed_by }: EntryRow,
  since: number | undefined,
): void => {
  if (since !== undefined && seq > since && changed_by !== tx.by) throw changed(name)
}

/** Throws `conflict` if anything of the entry or in it changed after that change number of its space, by whoever. */
export const assertUnchanged = async (
  tx: Tx,
  { id, name }: EntryRow,
  since: number | undefined,
): Promise<void> => {
  if (since === undefined) return
  const later = await tx.db
    .selectFrom('entries')
    .select('id')
    .where('id', 'in', subtree([id]))
    .where('seq', '>', since)
    .limit(1)
    .executeTakeFirst()
  if (later !== undefined) throw changed(name)
}
