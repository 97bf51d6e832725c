import { sql } from 'kysely'
import { WherryError } from '../../../protocol/errors.ts'
import { levels } from '../../../protocol/levels.ts'
import type { User } from '../../../protocol/values.ts'
import type { Authority, NeededLevel } from '../../storage.ts'
import { prepared } from '../prepared.ts'
import { noRank, ownRank, type RankedStep, ranksIn } from '../reads/access.ts'
import type { Tx } from '../tx.ts'

/** The step is null where there is none. */
type Now = RankedStep & { role: User['role'] | null; folder: string | null }

/** One statement for any number of entries, as it runs for nearly every change; what they have above them in common is read once. */
const authorityNow = prepared(
  (
    _,
    { user, session, entries, upload }: Record<'user' | 'session' | 'entries' | 'upload', string>,
  ) => sql<Now>`
    with recursive now(role, folder) as (
      select (select u.role from sessions as s join users as u on u.id = s.user
          where s.id = ${session} and s.ended_at is null and u.id = ${user} and u.disabled = 0),
        (select folder from uploads where id = ${upload} and user = ${user})
    ), above(id, parent, space) as (
      select id, parent, space from entries
        where id in (select value from json_each(${entries}) union all select folder from now)
      union
      select e.id, e.parent, e.space from entries as e join above on e.id = above.parent
    )
    select role, folder, above.id, above.parent, ${ownRank(user)} as rank from now left join above`,
)

const entriesOf = (needed: NeededLevel): readonly string[] => ('upload' in needed ? [] : needed.entries)

/**
 * What a change was authorised by, asked again in its transaction: `session_ended`; `forbidden` to who is no administrator;
 * `not_found` if the user may not read something of it any more, else `forbidden` if a level is not enough.
 */
export const assertAuthority = async (tx: Tx, user: string, authority: Authority): Promise<void> => {
  const { session, administrator } = authority
  const upload = authority.levels.flatMap(needed => ('upload' in needed ? [needed.upload] : []))[0] ?? ''
  const entries = JSON.stringify(authority.levels.flatMap(entriesOf))
  const rows = await authorityNow(tx.db, { user, session, entries, upload })
  const { role, folder } = rows[0] ?? { role: null, folder: null }
  if (!role) throw new WherryError('session_ended')
  if (administrator && role !== 'admin') throw new WherryError('forbidden')
  const rankOf = ranksIn(rows)
  const missing = authority.levels.flatMap(needed => {
    const ranks = 'upload' in needed ? [rankOf(folder)] : needed.entries.map(rankOf)
    return ranks.filter(rank => rank < levels.indexOf(needed.level))
  })
  if (missing.includes(noRank)) throw new WherryError('not_found')
  if (missing.length > 0) throw new WherryError('forbidden')
}
