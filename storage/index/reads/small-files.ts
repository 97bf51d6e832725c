import type { Kysely } from 'kysely'
import { WherryError } from '../../../protocol/errors.ts'
import { nameKey } from '../../../protocol/names.ts'
import type { Uploads } from '../../storage.ts'
import { findChunks } from '../chunk-index.ts'
import { digestOfSmall } from '../digest-of-small.ts'
import { entriesByKey, toEntry } from '../entry-rows.ts'
import { folderKind, type Tables } from '../tables.ts'

export const smallFileReads = (db: Kysely<Tables>): Pick<Uploads, 'findMany'> => ({
  async findMany(id, files) {
    const folder = await db
      .selectFrom('entries')
      .select(['kind', 'children'])
      .where('id', '=', id)
      .executeTakeFirst()
    if (folder === undefined) throw new WherryError('not_found')
    if (folder.kind !== folderKind) throw new WherryError('not_a_folder')
    const total = folder.children
    if (total === 0) return { entries: files.map(() => null), total }
    const keys = files.map(file => nameKey(file.name))
    const there = await entriesByKey(db, id, keys)
    // What is damaged has to come again: that heals it.
    const chunks = await findChunks(
      db,
      files.filter((_, i) => there.has(keys[i] ?? '')).map(file => file.hash),
    )
    const entries = files.map((file, i) => {
      const row = there.get(keys[i] ?? '')
      const isSame =
        row?.digest === digestOfSmall(file) && (file.size === 0 || chunks.get(file.hash)?.damaged === false)
      return row !== undefined && isSame ? toEntry(row) : null
    })
    return { entries, total }
  },
})
