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

/** Of a space: bytes of versions, bytes of unfinished uploads; files, folders and unfinished uploads. */
type Amounts = { used?: number; reserved?: number; entries?: number }
type Charge = Required<Amounts> & { space: string; most: number }

const addCharge = prepared((db, { space, used, reserved, entries, most }: Charge) =>
  db
    .updateTable('spaces')
    .set(eb => ({
      used: eb('used', '+', used),
      reserved: eb('reserved', '+', reserved),
      entries: eb('entries', '+', entries),
    }))
    .where('id', '=', space)
    .where(
      sql<boolean>`(quota is null or ${used} + ${reserved} <= 0 or used + reserved + ${used} + ${reserved} <= quota)`,
    )
    .where(sql<boolean>`(${entries} <= 0 or entries + ${entries} <= ${most})`)
    .returning('id'),
)

/**
 * Adds to (or takes from) what a space holds. `quota_exceeded` if its bytes grow past the quota, or its entries past what
 * the hub allows.
 */
export const charge = async (
  tx: Tx,
  space: string,
  { used = 0, reserved = 0, entries = 0 }: Amounts,
): Promise<void> => {
  if (used === 0 && reserved === 0 && entries === 0) return
  const [updated] = await addCharge(tx.db, { space, used, reserved, entries, most: tx.spaceEntries })
  if (updated === undefined) throw await refusal(tx, space, entries)
}

/** Refuses early what charge() would refuse in the middle of many writes. `bytes` is asked only where there is a quota. */
export const assertRoomFor = async (
  tx: Tx,
  space: string,
  entries: number,
  bytes: () => Promise<number>,
): Promise<void> => {
  const { quota, ...held } = await tx.db
    .selectFrom('spaces')
    .select(['quota', 'used', 'reserved', 'entries'])
    .where('id', '=', space)
    .executeTakeFirstOrThrow()
  const hasEntries = held.entries + entries <= tx.spaceEntries
  if (hasEntries && (quota === null || held.used + held.reserved + (await bytes()) <= quota)) return
  throw await refusal(tx, space, entries)
}

const refusal = async (tx: Tx, space: string, entries: number): Promise<WherryError> => {
  const held = await tx.db
    .selectFrom('spaces')
    .select('entries')
    .where('id', '=', space)
    .executeTakeFirstOrThrow()
  if (entries <= 0 || held.entries + entries <= tx.spaceEntries) return new WherryError('quota_exceeded')
  const most = tx.spaceEntries.toLocaleString('en')
  return new WherryError('quota_exceeded', `A space of this hub holds ${most} files and folders, not more.`)
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
