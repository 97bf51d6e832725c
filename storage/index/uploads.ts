import type { Kysely } from 'kysely'
import type { Actor, Uploads } from '../storage.ts'
import { smallFileReads } from './reads/small-files.ts'
import { uploadReads } from './reads/uploads.ts'
import type { Tables } from './tables.ts'
import { isReserved, toUpload, uploadOfUser } from './upload-rows.ts'
import type { Writer } from './writer.ts'

/** For a write that is repeatable by what it is, not by a request id. */
const byItself = (actor: Actor): Actor => ({ ...actor, requestId: null })

export const uploadsOf = (
  db: Kysely<Tables>,
  writer: Writer,
  keptMs: number,
  sweep: () => void,
): Uploads => ({
  ...uploadReads(db),
  ...smallFileReads(db),
  open: (actor, upload) => writer.run('uploads.open', { user: actor.user, upload, keptMs }, byItself(actor)),
  async resume(actor, id) {
    const [row] = await uploadOfUser(db, { user: actor.user, id })
    if (row === undefined) return null
    if (isReserved(row)) return toUpload(row)
    return writer.run('uploads.resume', { user: actor.user, upload: id }, byItself(actor))
  },
  declare: (actor, upload, from, chunks) =>
    writer.run('uploads.declare', { user: actor.user, upload, from, chunks }, byItself(actor)),
  commit: (actor, upload, type) =>
    writer.run('uploads.commit', { user: actor.user, upload, type }, byItself(actor)),
  async cancel(actor, upload) {
    await writer.run('uploads.cancel', { user: actor.user, upload }, byItself(actor))
    sweep()
  },
  async expire(now) {
    const expired = []
    for (let more = true; more; ) {
      const step = await writer.run('uploads.expire', { now })
      expired.push(...step.expired)
      more = step.more
    }
    sweep()
    return expired
  },
  putMany: (actor, folder, files) => writer.run('uploads.putMany', { folder, files }, actor),
})
