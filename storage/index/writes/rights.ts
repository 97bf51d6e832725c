import { sql } from 'kysely'
import { WherryError } from '../../../protocol/errors.ts'
import { levels } from '../../../protocol/levels.ts'
import type { User } from '../../../protocol/values.ts'
import type { Authority, NeededLevel } from '../../storage.ts'
import { prepared } from '../prepared.ts'
import { ownerRank } from '../reads/access.ts'
import type { Tx } from '../tx.ts'

type Now = { role: User['role'] | null; isHidden: 0 | 1 | null; isShort: 0 | 1 | null }

/**
 * One statement for any number of entries, as it runs for nearly every change: it goes up once from each of their folders.
 * By itself, without the cross join, SQLite walks all grants of the user. `needed`: JSON rows of rank, entry, and instead of
 * it the upload.
 */
const authorityNow = prepared(
  (_, { user, session, needed }: Record<'user' | 'session' | 'needed', string>) => sql<Now>`
    with recursive needed(rank, entry) as (
      select value ->> 0, coalesce(value ->> 1, (select folder from uploads where id = value ->> 2 and user = ${user}))
      from json_each(${needed})
    ), found(needed, entry, folder, space) as (
      select needed.rank, e.id, e.parent, e.space from needed left join entries as e on e.id = needed.entry
    ), above(folder, id, parent) as (
      select id, id, parent from entries where id in (select folder from found)
      union all
      select above.folder, e.id, e.parent from entries as e join above on e.id = above.parent
    ), inherited(folder, rank) as (
      select above.folder, max(g.level) from above
      cross join grants as g on g.entry = above.id and g.subject in ('', ${user}) group by above.folder
    ), given(needed, rank) as materialized (
      select needed, (select max(rank) from (
        select ${ownerRank} as rank from spaces where id = found.space and owner = ${user}
        union all
        select level from grants where entry = found.entry and subject in ('', ${user})
        union all
        select rank from inherited where inherited.folder = found.folder
      )) from found
    )
    select max(rank is null) as isHidden, max(rank < needed) as isShort,
      (select u.role from sessions as s join users as u on u.id = s.user
        where s.id = ${session} and s.ended_at is null and u.id = ${user} and u.disabled = 0) as role
    from given`,
)

const rowsOf = (needed: NeededLevel): [rank: number, entry: string | null, upload: string | null][] => {
  const rank = levels.indexOf(needed.level)
  if ('upload' in needed) return [[rank, null, needed.upload]]
  return needed.entries.map(entry => [rank, entry, null])
}

/**
 * What a change was authorised by, asked again in its transaction: `session_ended`; `forbidden` to who is no administrator;
 * `not_found` if the user may not read something of it any more, else `forbidden` if a level is not enough.
 */
export const assertAuthority = async (tx: Tx, user: string, authority: Authority): Promise<void> => {
  const { session, administrator } = authority
  const needed = JSON.stringify(authority.levels.flatMap(rowsOf))
  const [now] = await authorityNow(tx.db, { user, session, needed })
  if (!now?.role) throw new WherryError('session_ended')
  if (administrator && now.role !== 'admin') throw new WherryError('forbidden')
  if (now.isHidden) throw new WherryError('not_found')
  if (now.isShort) throw new WherryError('forbidden')
}
