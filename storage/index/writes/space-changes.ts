import { sql } from 'kysely'
import { WherryError } from '../../../protocol/errors.ts'
import type { Change } from '../../../protocol/values.ts'
import { insertRows } from '../insert-rows.ts'
import { prepared } from '../prepared.ts'
import type { Tx } from '../tx.ts'

const takeSeqs = prepared((db, { space, count }: { space: string; count: number }) =>
  db
    .updateTable('spaces')
    .set(eb => ({ seq: eb('seq', '+', count) }))
    .where('id', '=', space)
    .returning('seq'),
)

/** Takes the next `count` change numbers of a space; answers the first of them. */
export const nextSeqs = async (tx: Tx, space: string, count: number): Promise<number> => {
  const [row] = await takeSeqs(tx.db, { space, count })
  if (row === undefined) throw new Error('A change is of a space that is not there.')
  const { seq } = row
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

type Charge = { space: string; used: number; reserved: number }

const addCharge = prepared((db, { space, used, reserved }: Charge) =>
  db
    .updateTable('spaces')
    .set(eb => ({ used: eb('used', '+', used), reserved: eb('reserved', '+', reserved) }))
    .where('id', '=', space)
    .where(
      sql<boolean>`(quota is null or ${used} + ${reserved} <= 0 or used + reserved + ${used} + ${reserved} <= quota)`,
    )
    .returning('id'),
)

/** Adds to (or takes from) what a space uses and has reserved. `quota_exceeded` if the sum grows past the quota. */
export const charge = async (
  tx: Tx,
  space: string,
  bytes: { used: number; reserved: number },
): Promise<void> => {
  if (bytes.used === 0 && bytes.reserved === 0) return
  const [updated] = await addCharge(tx.db, { space, ...bytes })
  if (updated === undefined) throw new WherryError('quota_exceeded')
}

const addChildren = prepared((db, { folder, change }: { folder: string; change: number }) =>
  db
    .updateTable('entries')
    .set(eb => ({ children: eb('children', '+', change) }))
    .where('id', '=', folder),
)

/** Counts entries that came into a folder or left it. */
export const countChildren = async (tx: Tx, folder: string, change: number): Promise<void> => {
  if (change === 0) return
  await addChildren(tx.db, { folder, change })
}
