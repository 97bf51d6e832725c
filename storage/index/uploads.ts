import type { Kysely } from 'kysely'
import type { Uploads } from '../storage.ts'
import { smallFileReads } from './reads/small-files.ts'
import { uploadReads } from './reads/uploads.ts'
import type { Tables } from './tables.ts'
import type { Writer } from './writer.ts'

/** A write of a user that is repeatable by what it is, not by a request id. */
const actorOf = (user: string) => ({ user, requestId: null })

export const uploadsOf = (
  db: Kysely<Tables>,
  writer: Writer,
  keptMs: number,
  sweep: () => void,
): Uploads => ({
  ...uploadReads(db),
  ...smallFileReads(db),
  open: (user, upload) => writer.run('uploads.open', { user, upload, keptMs }, actorOf(user)),
  declare: (user, upload, from, chunks, trusted) =>
    writer.run('uploads.declare', { user, upload, from, chunks, trusted }, actorOf(user)),
  commit: (user, upload, type) => writer.run('uploads.commit', { user, upload, type }, actorOf(user)),
  async cancel(user, upload) {
    await writer.run('uploads.cancel', { user, upload }, actorOf(user))
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
