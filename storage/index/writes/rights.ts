import { WherryError } from '../../../protocol/errors.ts'
import { includesLevel } from '../../../protocol/levels.ts'
import type { Authority } from '../../storage.ts'
import { prepared } from '../prepared.ts'
import { levelOf } from '../reads/access.ts'
import type { Tx } from '../tx.ts'

const liveUser = prepared((db, { user, session }: { user: string; session: string }) =>
  db
    .selectFrom('sessions as s')
    .innerJoin('users as u', 'u.id', 's.user')
    .select('u.role')
    .where('s.id', '=', session)
    .where('s.ended_at', 'is', null)
    .where('u.id', '=', user)
    .where('u.disabled', '=', 0),
)

/** What a change was authorised by, asked again in its transaction: `session_ended`, or `forbidden` to who is no administrator. */
export const assertAuthority = async (
  tx: Tx,
  user: string,
  { session, administrator }: Authority,
): Promise<void> => {
  const [now] = await liveUser(tx.db, { user, session })
  if (now === undefined) throw new WherryError('session_ended')
  if (administrator && now.role !== 'admin') throw new WherryError('forbidden')
}

/**
 * The right to write into a folder, asked again in the transaction of a change that was under way for long: `not_found`
 * if the user may not read there any more, `forbidden` if it may only read.
 */
export const assertMayWrite = async (tx: Tx, user: string, folder: string): Promise<void> => {
  const level = await levelOf(tx.db, user, folder)
  if (level === null) throw new WherryError('not_found')
  if (!includesLevel(level, 'write')) throw new WherryError('forbidden')
}
