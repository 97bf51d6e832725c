import { sql } from 'kysely'
import { among } from '../insert-rows.ts'
import type { Tx, Write } from '../tx.ts'

/** Leaves those contents that no version and no upload has any more to the sweep: their references may be many. */
export const giveUpContents = async (tx: Tx, contents: readonly string[]): Promise<void> => {
  if (contents.length === 0) return
  await sql`insert or ignore into orphans (content)
    select id from contents where id in ${among(contents)}
      and not exists (select 1 from versions where versions.content = contents.id)
      and not exists (select 1 from uploads where uploads.content = contents.id)`.execute(tx.db)
}

const referencesAtOnce = 5_000

/** Deletes some references of given-up contents; true while there is more to do. Small, so that no write waits long. */
export const sweepOrphans: Write<null, boolean> = async tx => {
  const orphans = await tx.db.selectFrom('orphans').select('content').limit(100).execute()
  let room = referencesAtOnce
  for (const { content } of orphans) {
    const { numAffectedRows = 0n } = await sql`delete from content_chunks where (content, idx) in (
      select content, idx from content_chunks where content = ${content} limit ${room})`.execute(tx.db)
    room -= Number(numAffectedRows)
    if (room <= 0) return true
    await tx.db.deleteFrom('contents').where('id', '=', content).execute()
    await tx.db.deleteFrom('orphans').where('content', '=', content).execute()
  }
  return orphans.length === 100
}
