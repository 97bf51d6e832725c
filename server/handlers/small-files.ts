import { setImmediate } from 'node:timers/promises'
import { isReason, WherryError } from '../../protocol/errors.ts'
import type { Params, Result } from '../../protocol/table.ts'
import type { SmallFile } from '../../storage/storage.ts'
import { contentType } from '../content-type.ts'
import type { Handler, Hub } from '../context.ts'
import type { ReceivedFile } from '../transfers/batch-stream.ts'
import { headBytes } from '../transfers/upload-stream.ts'
import { refuseTooLarge, refuseUnwritable } from './uploads.ts'

type NewFile = Params<'upload.putMany'>['files'][number]
type FileResult = Result<'upload.putMany'>['results'][number]

export const findManyFiles: Handler<'upload.findMany'> = ({ storage }, { folder, files }) =>
  storage.uploads.findMany(folder, files)

export const putManyFiles: Handler<'upload.putMany'> = async (hub, params) => {
  const { config, storage, transfers, actor } = hub
  for (const file of params.files) refuseTooLarge(file.size, config.maxFileBytes)
  refuseUnwritable(storage)
  const types: string[] = []
  const failures = await transfers.batches.receive(params, received =>
    inTurns(params.files, async (file, i) => {
      const bytes = received[i] ?? new WherryError('internal')
      if (!(bytes instanceof WherryError)) types[i] = await typeOf(file, bytes)
      return storeFile(hub, file, bytes)
    }),
  )
  const good = params.files.flatMap((file, i): SmallFile[] =>
    failures[i] === null ? [{ ...file, type: types[i] ?? '' }] : [],
  )
  const made = good.length > 0 ? await storage.uploads.putMany(actor, params.folder, good) : []
  let next = 0
  const results = failures.map((error): FileResult => {
    if (error) return { ok: false, reason: error.reason, message: error.message }
    return made[next++] ?? { ok: false, reason: 'internal', message: 'No answer.' }
  })
  return { results }
}

/** Files that are begun in one turn of the event loop: all of a call would keep others waiting for 20 ms. */
const filesInTurn = 64

/** Begins the work on all, and lets others be heard in between. */
const inTurns = async <T, R>(all: readonly T[], work: (one: T, i: number) => Promise<R>): Promise<R[]> => {
  const begun: Promise<R>[] = []
  for (const [i, one] of all.entries()) {
    if (i > 0 && i % filesInTurn === 0) await setImmediate()
    const working = work(one, i)
    // What fails in between is told at the end.
    working.catch(() => {})
    begun.push(working)
  }
  return Promise.all(begun)
}

const typeOf = ({ name }: NewFile, bytes: Uint8Array): Promise<string> =>
  contentType(name, bytes.subarray(0, headBytes))

/** Null when the bytes are durable. A file that does not match its hash fails by itself. */
const storeFile = async (
  { storage, log }: Pick<Hub, 'storage' | 'log'>,
  file: NewFile,
  bytes: ReceivedFile,
): Promise<WherryError | null> => {
  if (bytes instanceof WherryError) return bytes
  if (bytes.length === 0) return file.hash === emptyHash ? null : new WherryError('chunk_mismatch')
  try {
    await storage.chunks.put(file.hash, bytes)
    return null
  } catch (error) {
    if (isReason(error)) return error
    log.error({ err: error }, 'a small file was not stored')
    return new WherryError('internal', undefined, {}, { cause: error })
  }
}

/** SHA-256 of nothing. */
const emptyHash = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
