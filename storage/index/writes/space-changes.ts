import { sql } from 'kysely'
import { WherryError } from '../../../protocol/errors.ts'
import type { Change } from '../../../protocol/values.ts'
import { insertRows } from '../insert-rows.ts'
import type { Tx } from '../tx.ts'

/** Takes the next `count` change numbers of a space; answers the first of them. */
export const nextSeqs = async (tx: Tx, space: string, count: number): Promise<number> => {
  const { seq } = await tx.db
    .updateTable('spaces')
    .set(eb => ({ seq: eb('seq', '+', count) }))
    .where('id', '=', space)
    .returning('seq')
    .executeTakeFirstOrThrow()
  tx.effects.seqs.set(space, seq)
  return seq - count + 1
}

/** Lifts a space's change number to at least `floor`, so that the next one is above it. */
export const liftSeq = async (tx: Tx, space: string, floor: number): Promise<void> => {
  await tx.db
    .updateTable('spaces')
    .set({ seq: floor })
    .where('id', '=', space)
    .where('seq', '<', floor)
    .execute()
}

type NewChange = { space: string; seq: number; folder: string; entry: string; kind: Change['kind'] }

/** Appends to the history of folders, in the transaction of the change itself. */
export const appendChanges = (tx: Tx, changes: readonly NewChange[]): Promise<void> =>
  insertRows(
    tx.db,
    'changes',
    changes.map(({ space, seq, folder, entry, kind }) => ({
      space,
      seq,
      folder,
      entry,
      kind,
      by: tx.by,
      at: tx.now,
    })),
  )

/** Adds to (or takes from) what a space uses and has reserved. `quota_exceeded` if the sum grows past the quota. */
export const charge = async (
  tx: Tx,
  space: string,
  bytes: { used: number; reserved: number },
): Promise<void> => {
  if (bytes.used === 0 && bytes.reserved === 0) return
  const growth = bytes.used + bytes.reserved
  const updated = await tx.db
    .updateTable('spaces')
    .set(eb => ({ used: eb('used', '+', bytes.used), reserved: eb('reserved', '+', bytes.reserved) }))
    .where('id', '=', space)
    .where(
      growth <= 0
        ? sql<boolean>`true`
        : sql<boolean>`(quota is null or used + reserved + ${growth} <= quota)`,
    )
    .returning('id')
    .executeTakeFirst()
  if (updated === undefined) throw new WherryError('quota_exceeded')
}

/** Counts entries that came into a folder or left it. */
export const countChildren = async (tx: Tx, folder: string, change: number): Promise<void> => {
  if (change === 0) return
  await tx.db
    .updateTable('entries')
    .set(eb => ({ children: eb('children', '+', change) }))
    .where('id', '=', folder)
    .execute()
}
