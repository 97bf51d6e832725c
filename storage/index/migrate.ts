import type { Kysely } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import { messageOf } from '../message-of.ts'
import { first } from './migrations/0001-first.ts'
import { damagedChunks } from './migrations/0002-damaged-chunks.ts'
import { grantsBySpace } from './migrations/0003-grants-by-space.ts'
import { prunedByTime } from './migrations/0004-pruned-by-time.ts'
import { countedEntries } from './migrations/0005-counted-entries.ts'
import { removedFolders } from './migrations/0006-removed-folders.ts'
import { stagedCopies } from './migrations/0007-staged-copies.ts'
import { givenBackReservations } from './migrations/0008-given-back-reservations.ts'
import type { Tables } from './tables.ts'

/** Every step of the schema, in order. One that landed is never edited. */
export const migrations: Record<string, Migration> = {
  '0001-first': first,
  '0002-damaged-chunks': damagedChunks,
  '0003-grants-by-space': grantsBySpace,
  '0004-pruned-by-time': prunedByTime,
  '0005-counted-entries': countedEntries,
  '0006-removed-folders': removedFolders,
  '0007-staged-copies': stagedCopies,
  '0008-given-back-reservations': givenBackReservations,
}

/**
 * Brings the index to the newest schema: each run is one transaction, so it is old or new, never between.
 * Throws a sentence for an index that a newer Wherry has written.
 */
export const migrate = async (
  db: Kysely<Tables>,
  steps: Record<string, Migration> = migrations,
): Promise<void> => {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => steps } })
  await refuseNewer(db, steps)
  const { error } = await migrator.migrateToLatest()
  if (error !== undefined)
    throw new Error(`The index could not be brought to the newest schema: ${messageOf(error)}`, {
      cause: error,
    })
}

const refuseNewer = async (db: Kysely<Tables>, steps: Record<string, Migration>): Promise<void> => {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true })
  if (!tables.some(table => table.name === 'kysely_migration')) return
  const applied = await (db as unknown as Kysely<{ kysely_migration: { name: string } }>)
    .selectFrom('kysely_migration')
    .select('name')
    .execute()
  const unknown = applied.find(row => steps[row.name] === undefined)
  if (unknown === undefined) return
  throw new Error(
    `The index was written by a newer version of Wherry (schema ${unknown.name}): start that version.`,
  )
}
