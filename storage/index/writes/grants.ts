import { WherryError } from '../../../protocol/errors.ts'
import { type Level, levels } from '../../../protocol/levels.ts'
import { limits } from '../../../protocol/limits.ts'
import type { Grant } from '../../../protocol/values.ts'
import type { GrantSubject } from '../../storage.ts'
import { selectGrants, toGrant } from '../grant-rows.ts'
import type { Tx, Write } from '../tx.ts'
import { findEntry } from './find.ts'

type OnEntry = { entry: string; subject: GrantSubject }

/** How a subject is written in the table: a user's id, or empty for everyone. */
const subjectKey = (subject: GrantSubject): string => (subject.kind === 'everyone' ? '' : subject.user)

/** What the commit says: levels are void, and whose changed here. */
const noteChange = (
  tx: Tx,
  { id: entry, space }: { id: string; space: string },
  subject: GrantSubject,
): void => {
  tx.effects.rights = true
  tx.effects.rightsAt.push({ entry, space })
  tx.effects.grants.push({ entry, space, user: subject.kind === 'everyone' ? null : subject.user })
}

/** Whoever changes what they see must not give back what somebody else revoked since. */
const assertPresent = async (tx: Tx, { entry, subject }: OnEntry, replaces: Level | null): Promise<void> => {
  const present = await tx.db
    .selectFrom('grants')
    .select('level')
    .where('entry', '=', entry)
    .where('subject', '=', subjectKey(subject))
    .executeTakeFirst()
  if ((present === undefined ? null : levels[present.level]) !== replaces)
    throw new WherryError(
      'conflict',
      'Somebody else changed this access meanwhile, so it stays as it is now.',
    )
}

type ToGrant = OnEntry & { level: Level; replaces?: Level | null | undefined }

export const grantLevel: Write<ToGrant, Grant> = async (tx, { entry, subject, level, replaces }) => {
  const found = await findEntry(tx, entry)
  const key = subjectKey(subject)
  if (subject.kind === 'user') {
    const user = await tx.db.selectFrom('users').select('id').where('id', '=', key).executeTakeFirst()
    if (user === undefined) throw new WherryError('not_found', 'There is no such user.')
  }
  if (replaces !== undefined) await assertPresent(tx, { entry, subject }, replaces)
  const others = await tx.db
    .selectFrom('grants')
    .select(eb => eb.fn.countAll<number>().as('count'))
    .where('entry', '=', entry)
    .where('subject', '!=', key)
    .executeTakeFirstOrThrow()
  if (others.count >= limits.listItems)
    throw new WherryError('too_large', `An entry can have ${limits.listItems} grants, not more.`)
  await tx.db
    .replaceInto('grants')
    .values({
      entry,
      space: found.space,
      subject: key,
      level: levels.indexOf(level),
      granted_at: tx.now,
      granted_by: tx.by,
    })
    .execute()
  noteChange(tx, found, subject)
  const row = await selectGrants(tx.db)
    .where('g.entry', '=', entry)
    .where('g.subject', '=', key)
    .executeTakeFirstOrThrow()
  return toGrant(row, entry)
}

export const revokeLevel: Write<OnEntry, boolean> = async (tx, { entry, subject }) => {
  const { numDeletedRows } = await tx.db
    .deleteFrom('grants')
    .where('entry', '=', entry)
    .where('subject', '=', subjectKey(subject))
    .executeTakeFirst()
  if (numDeletedRows === 0n) return false
  noteChange(tx, await findEntry(tx, entry), subject)
  return true
}
