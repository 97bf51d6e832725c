import { prepared } from '../prepared.ts'
import type { Tx } from '../tx.ts'

const nameOfUser = prepared((db, { id }: { id: string }) =>
  db.selectFrom('users').select('name').where('id', '=', id),
)

/** The name of who writes, as entries show it; null for the hub itself. */
export const nameOfWriter = async (tx: Tx): Promise<string | null> => {
  if (tx.by === null) return null
  const [user] = await nameOfUser(tx.db, { id: tx.by })
  return user?.name ?? null
}
