import { hash as digestOf } from 'node:crypto'
import { sql } from 'kysely'
import { bytesToHex, digestLink, digestStart } from '../../../protocol/digest.ts'
import { isReason, WherryError } from '../../../protocol/errors.ts'
import { nameKey } from '../../../protocol/names.ts'
import type { SmallFile, SmallFileResult } from '../../storage.ts'
import type { EntryRow } from '../entry-rows.ts'
import { insertRows } from '../insert-rows.ts'
import { orderedId, type Tx, type Write } from '../tx.ts'
import { entriesNow, findFolder } from './find.ts'
import { takenKeys } from './free-name.ts'
import { giveUpContents } from './orphans.ts'
import { insertFiles, type NewFile, placeFile } from './place-file.ts'
import { charge } from './space-changes.ts'

type Batch = { folder: string; files: readonly SmallFile[] }
type Prepared = NewFile & { hash: string; place: number }

/**
 * Files whose names are free and that fit under the quota together go in by a fixed number of statements; the others
 * one by one after them, so that each succeeds or fails by itself.
 */
export const putMany: Write<Batch, SmallFileResult[]> = async (tx, args) => {
  const folder = await findFolder(tx, args.folder)
  await assertDurable(tx, args.files)
  const files = args.files.map((file, place) => prepare(tx, file, place))
  await insertContents(tx, files)
  const keys = files.map(file => nameKey(file.name))
  const taken = await takenKeys(tx, folder.id, keys)
  const free = files.filter((_, place) => {
    const key = keys[place] ?? ''
    const isFree = !taken.has(key)
    taken.add(key)
    return isFree
  })
  const results = new Map<number, SmallFileResult>()
  const together = (await fits(tx, folder.space, free)) ? free : []
  await putTogether(tx, folder, together, results)
  for (const file of files)
    if (!results.has(file.place)) results.set(file.place, await putOne(tx, folder, file))
  return files.map(file => results.get(file.place) ?? { ok: false, reason: 'name_taken', message: '' })
}

const prepare = (tx: Tx, { hash, ...file }: SmallFile, place: number): Prepared => {
  const link = digestLink(digestStart, { hash, size: file.size })
  const digest = file.size === 0 ? bytesToHex(digestStart) : digestOf('sha256', link, 'hex')
  return { ...file, hash, place, digest, content: orderedId(tx.now) }
}

/** I2: no row may name bytes that are not durable. */
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
    .map(({ content, hash, size }) => ({ content, idx: 0, hash, size, start: 0, stored: 1 }))
  await insertRows(tx.db, 'content_chunks', references)
}

const sizeOf = (files: readonly Prepared[]): number => files.reduce((sum, file) => sum + file.size, 0)

const fits = async (tx: Tx, space: string, files: readonly Prepared[]): Promise<boolean> => {
  try {
    await charge(tx, space, { used: sizeOf(files), reserved: 0 })
    return true
  } catch (error) {
    if (isReason(error, 'quota_exceeded')) return false
    throw error
  }
}

const putTogether = async (
  tx: Tx,
  folder: EntryRow,
  files: readonly Prepared[],
  results: Map<number, SmallFileResult>,
): Promise<void> => {
  if (files.length === 0) return
  const ids = await insertFiles(tx, folder, files)
  const entries = await entriesNow(tx, ids)
  for (const [i, file] of files.entries()) {
    const entry = entries[i]
    if (entry !== undefined) results.set(file.place, { ok: true, entry, unchanged: false })
  }
}

const putOne = async (tx: Tx, folder: EntryRow, file: Prepared): Promise<SmallFileResult> => {
  try {
    await charge(tx, folder.space, { used: file.size, reserved: 0 })
  } catch (error) {
    return refused(tx, file, error)
  }
  try {
    const placed = await placeFile(tx, folder, file)
    if (!placed.unchanged) return { ok: true, ...placed }
    await charge(tx, folder.space, { used: -file.size, reserved: 0 })
    await giveUpContents(tx, [file.content])
    return { ok: true, ...placed }
  } catch (error) {
    await charge(tx, folder.space, { used: -file.size, reserved: 0 })
    return refused(tx, file, error)
  }
}

const refused = async (tx: Tx, file: Prepared, error: unknown): Promise<SmallFileResult> => {
  if (!isReason(error, 'name_taken', 'quota_exceeded')) throw error
  await giveUpContents(tx, [file.content])
  const reason = error.reason === 'quota_exceeded' ? 'quota_exceeded' : 'name_taken'
  return { ok: false, reason, message: error.message }
}
