import { sql } from 'kysely'
import { isReason, WherryError } from '../../../protocol/errors.ts'
import { nameKey } from '../../../protocol/names.ts'
import type { Entry } from '../../../protocol/values.ts'
import type { SmallFile, SmallFileResult } from '../../storage.ts'
import { digestOfSmall } from '../digest-of-small.ts'
import { type EntryRow, entriesByKey, toEntry } from '../entry-rows.ts'
import { insertRows } from '../insert-rows.ts'
import { inSavepoint } from '../savepoint.ts'
import { orderedId, type Tx, type Write } from '../tx.ts'
import { findFolder } from './find.ts'
import { insertFiles } from './insert-files.ts'
import { giveUpContents } from './orphans.ts'
import { type ClashingFile, placeFile } from './place-file.ts'
import { type FileRow, isFile, replaceFiles } from './replace-files.ts'
import { charge } from './space-changes.ts'

type Batch = { folder: string; files: readonly SmallFile[] }
type Prepared = ClashingFile & { hash: string }

/**
 * If the quota has room for all, those whose names are free and those that are next versions go in together, by few
 * statements. The others follow one by one, in order, so that each succeeds or fails by itself.
 */
export const putMany: Write<Batch, SmallFileResult[]> = async (tx, args) => {
  const folder = await findFolder(tx, args.folder)
  await assertDurable(tx, args.files)
  const files = args.files.map(file => prepare(tx, file))
  await insertContents(tx, files)
  const results = new Map<Prepared, SmallFileResult>()
  if (await hasRoom(tx, folder.space, files)) await putTogether(tx, folder, files, results)
  const inOrder: SmallFileResult[] = []
  for (const file of files) inOrder.push(results.get(file) ?? (await putOne(tx, folder, file)))
  return inOrder
}

const prepare = (tx: Tx, file: SmallFile): Prepared => ({
  ...file,
  digest: digestOfSmall(file),
  content: orderedId(tx.now),
})

/** No row may name bytes that are not durable. */
const assertDurable = async (tx: Tx, files: readonly SmallFile[]): Promise<void> => {
  const list = JSON.stringify(files.filter(file => file.size > 0).map(file => [file.hash, file.size]))
  const { rows } = await sql<{ key: number }>`select j.key from json_each(${list}) as j
    left join chunks as c on c.hash = unhex(j.value ->> 0) and c.size = j.value ->> 1 and c.damaged = 0
    where c.hash is null limit 1`.execute(tx.db)
  if (rows.length > 0) throw new WherryError('incomplete', 'The bytes of a file are not stored.')
}

const insertContents = async (tx: Tx, files: readonly Prepared[]): Promise<void> => {
  await insertRows(
    tx.db,
    'contents',
    files.map(({ content, size, digest }) => ({
      id: content,
      size,
      chunks: size === 0 ? 0 : 1,
      digest,
      created_at: tx.now,
    })),
  )
  const references = files
    .filter(file => file.size > 0)
    .map(({ content, hash, size }) => ({
      content,
      idx: 0,
      hash: Buffer.from(hash, 'hex'),
      size,
      start: 0,
      stored: 1,
    }))
  await insertRows(tx.db, 'content_chunks', references)
}

const sizeOf = (files: readonly Prepared[]): number => files.reduce((sum, file) => sum + file.size, 0)

const hasRoom = async (tx: Tx, space: string, files: readonly Prepared[]): Promise<boolean> => {
  const { quota, used, reserved, entries } = await tx.db
    .selectFrom('spaces')
    .select(['quota', 'used', 'reserved', 'entries'])
    .where('id', '=', space)
    .executeTakeFirstOrThrow()
  if (entries + files.length > tx.spaceEntries) return false
  return quota === null || used + reserved + sizeOf(files) <= quota
}

const putTogether = async (
  tx: Tx,
  folder: EntryRow,
  files: readonly Prepared[],
  results: Map<Prepared, SmallFileResult>,
): Promise<void> => {
  const { added, versions, unchanged } = await sort(tx, folder, files)
  const replacing = versions.map(({ file }) => file)
  await charge(tx, folder.space, { used: sizeOf([...added, ...replacing]), entries: added.length })
  const answer = (file: Prepared | undefined, entry: Entry, isUnchanged: boolean) => {
    if (file !== undefined) results.set(file, { ok: true, entry, unchanged: isUnchanged })
  }
  const inserted = added.length > 0 ? await insertFiles(tx, folder, added) : []
  for (const [i, entry] of inserted.entries()) answer(added[i], entry, false)
  for (const [i, entry] of (await replaceFiles(tx, versions)).entries()) answer(replacing[i], entry, false)
  for (const { there, file } of unchanged) answer(file, toEntry(there), true)
  await giveUpContents(
    tx,
    unchanged.map(({ file }) => file.content),
  )
}

type Meeting = { there: FileRow; file: Prepared }
type Sorted = { added: Prepared[]; versions: Meeting[]; unchanged: Meeting[] }

/** By what they meet in the folder. Not in it: what cannot simply replace that, and the second of a name. */
const sort = async (tx: Tx, folder: EntryRow, files: readonly Prepared[]): Promise<Sorted> => {
  const byKey = new Map<string, Prepared>()
  for (const file of files) {
    const key = nameKey(file.name)
    if (!byKey.has(key)) byKey.set(key, file)
  }
  const taken = await entriesByKey(tx.db, folder.id, [...byKey.keys()])
  const sorted: Sorted = { added: [], versions: [], unchanged: [] }
  for (const [key, file] of byKey) {
    const there = taken.get(key)
    if (there === undefined) sorted.added.push(file)
    else if (file.onClash === 'replace' && isFile(there))
      (there.digest === file.digest ? sorted.unchanged : sorted.versions).push({ there, file })
  }
  return sorted
}

const putOne = async (tx: Tx, folder: EntryRow, file: Prepared): Promise<SmallFileResult> => {
  try {
    const placed = await inSavepoint(tx, async inner => {
      const { entry, unchanged, added } = await placeFile(inner, folder, file)
      if (!unchanged) await charge(inner, folder.space, { used: file.size, entries: added })
      return { entry, unchanged }
    })
    if (placed.unchanged) await giveUpContents(tx, [file.content])
    return { ok: true, ...placed }
  } catch (error) {
    if (!isReason(error, 'name_taken', 'quota_exceeded')) throw error
    await giveUpContents(tx, [file.content])
    const reason = error.reason === 'quota_exceeded' ? 'quota_exceeded' : 'name_taken'
    return { ok: false, reason, message: error.message }
  }
}
