import { type Kysely, sql } from 'kysely'
import type { Tables } from './tables.ts'

type Rule = { says: string; query: string }

/** What has to hold for every committed state; each query finds the rows for which it does not. */
const rules: readonly Rule[] = [
  {
    says: 'used bytes of a space are not the sum of its versions',
    query: `select s.id from spaces as s where s.used != (select coalesce(sum(v.size), 0)
      from versions as v join entries as e on e.id = v.entry where e.space = s.id)`,
  },
  {
    says: 'reserved bytes of a space are not the sum of what uploads reserve',
    query: `select s.id from spaces as s where s.reserved != (select coalesce(sum(u.reserved), 0)
      from uploads as u where u.space = s.id)`,
  },
  {
    says: 'an upload reserves neither its size nor nothing, or is finished and reserves something',
    query: `select u.id from uploads as u
      where u.reserved != 0 and (u.reserved != u.size or u.answer is not null)`,
  },
  {
    says: 'a space counts its entries and unfinished uploads wrongly',
    query: `select s.id from spaces as s where s.entries !=
      (select count(*) from entries as e where e.space = s.id and e.id != s.root)
      + (select count(*) from uploads as u where u.space = s.id and u.answer is null)`,
  },
  {
    says: 'a space has a change number below that of a row in it',
    query: `select s.id from spaces as s
      where s.seq < (select coalesce(max(seq), 0) from entries where space = s.id)
      or s.seq < (select coalesce(max(seq), 0) from changes where space = s.id)`,
  },
  {
    says: 'a space has no root folder',
    query: `select s.id from spaces as s left join entries as e on e.id = s.root and e.parent is null
      and e.space = s.id where e.id is null`,
  },
  {
    says: 'an entry lies in no folder of its space',
    query: `select e.id from entries as e left join entries as p on p.id = e.parent and p.kind = 0
      and p.space = e.space where e.parent is not null and p.id is null`,
  },
  {
    says: 'a grant names another space than its entry lies in',
    query: `select g.entry as id from grants as g join entries as e on e.id = g.entry where g.space != e.space`,
  },
  {
    says: 'an entry without a folder is neither the root of its space nor being removed or copied',
    query: `select e.id from entries as e where e.parent is null
      and e.id not in (select folder from removals union all select entry from staged)
      and not exists (select 1 from spaces as s where s.id = e.space and s.root = e.id)`,
  },
  {
    says: 'what is being removed is not there, or lies in a folder',
    query: `select r.folder as id from removals as r left join entries as e on e.id = r.folder
      where e.id is null or e.parent is not null`,
  },
  {
    says: 'what is being copied is not there, or lies in a folder',
    query: `select s.entry as id from staged as s left join entries as e on e.id = s.entry
      where e.id is null or e.parent is not null`,
  },
  {
    says: 'a folder counts its entries wrongly',
    query: `select e.id from entries as e where e.kind = 0
      and e.id not in (select folder from removals) and e.children != (select count(*) from entries as c where c.parent = e.id)`,
  },
  {
    says: 'a file is not as its current version',
    query: `select e.id from entries as e left join versions as v on v.id = e.version and v.entry = e.id
      and v.size = e.size and v.digest = e.digest where e.kind = 1 and v.id is null`,
  },
  {
    says: 'a version is not as its content',
    query: `select v.id from versions as v join contents as c on c.id = v.content
      where v.size != c.size or v.digest != c.digest`,
  },
  {
    says: 'a content of a version is not the sum of its chunks, or not all of them are stored',
    query: `select c.id from contents as c where exists (select 1 from versions as v where v.content = c.id)
      and (c.chunks, c.size, c.chunks) != (select count(*), coalesce(sum(r.size), 0), coalesce(sum(r.stored), 0)
        from content_chunks as r where r.content = c.id)`,
  },
  {
    says: 'an upload counts its chunks wrongly',
    query: `select u.id from uploads as u where u.answer is null
      and (u.declared_chunks, u.declared_bytes, u.stored_chunks, u.stored_bytes) != (
        select count(*), coalesce(sum(r.size), 0), coalesce(sum(r.stored), 0), coalesce(sum(r.size * r.stored), 0)
        from content_chunks as r where r.content = u.content)`,
  },
  {
    says: 'a stored reference names a chunk that is not there',
    query: `select r.content || ' ' || r.idx as id from content_chunks as r
      left join chunks as c on c.hash = r.hash and c.size = r.size where r.stored = 1 and c.hash is null`,
  },
  {
    says: 'a content belongs to nothing and is not given up',
    query: `select c.id from contents as c where not exists (select 1 from versions as v where v.content = c.id)
      and not exists (select 1 from uploads as u where u.content = c.id)
      and not exists (select 1 from orphans as o where o.content = c.id)`,
  },
  {
    says: 'references belong to no content',
    query: `select distinct r.content as id from content_chunks as r
      left join contents as c on c.id = r.content where c.id is null`,
  },
]

/** Recomputes sums, counts and links of the whole index; answers what is wrong, as sentences with the ids. */
export const checkIndex = async (db: Kysely<Tables>): Promise<string[]> => {
  const problems: string[] = []
  for (const { says, query } of rules) {
    const { rows } = await sql.raw<{ id: string }>(`${query} limit 20`).execute(db)
    problems.push(...rows.map(row => `${says}: ${row.id}`))
  }
  const { rows } = await sql<{ id: string }>`select id from spaces
    where quota is not null and used + reserved > quota`.execute(db)
  problems.push(...rows.map(row => `a space holds more than its quota: ${row.id}`))
  return problems
}
