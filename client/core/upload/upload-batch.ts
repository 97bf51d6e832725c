import { WherryError } from '../../../protocol/errors.ts'
import type { ParamsInput, Result } from '../../../protocol/table.ts'
import type { OnClash } from '../../../protocol/values.ts'
import type { Source, TransferLink } from '../api.ts'
import { contentDigest, type Sha256 } from '../hashing.ts'
import type { Turns } from '../turns.ts'
import type { Credit } from './upload-credit.ts'
import type { Sender } from './upload-sender.ts'

/** A small file that was read. */
export type ReadFile = {
  name: string
  modifiedAt: number
  onClash: OnClash
  hash: string
  bytes: Uint8Array
}

/** The digest that a file's content has on the hub. */
export const digestOfFile = ({ hash, bytes }: ReadFile, sha256: Sha256): Promise<string> =>
  contentDigest(bytes.length > 0 ? [{ hash, size: bytes.length }] : [], sha256)

type WantedFile = { source: Source; name: string; onClash: OnClash }

/**
 * Reads and hashes files, some at the same time; a file that cannot be read is its error, in the same place. They are read
 * into `memory` as far as they fit, and belong to it.
 */
export const readFiles = async (
  wanted: readonly WantedFile[],
  memory: Uint8Array,
  sha256: Sha256,
): Promise<(ReadFile | Error)[]> => {
  const results: (ReadFile | Error)[] = []
  let next = 0
  let used = 0
  const roomFor = (bytes: number): Uint8Array | undefined => {
    if (used + bytes > memory.length) return undefined
    used += bytes
    return memory.subarray(used - bytes, used)
  }
  const work = async () => {
    for (let index = next++; index < wanted.length; index = next++) {
      const one = wanted[index]
      if (!one) continue
      const room = roomFor(one.source.size)
      results[index] = await readFile(one, room, sha256).catch((error: Error) => error)
    }
  }
  await Promise.all(Array.from({ length: readsAtOnce }, work))
  return results
}

const readsAtOnce = 16

const readFile = async (
  { source, name, onClash }: WantedFile,
  into: Uint8Array | undefined,
  sha256: Sha256,
): Promise<ReadFile> => {
  const bytes = await source.read(0, source.size, into)
  return { name, modifiedAt: source.modifiedAt, onClash, hash: await sha256(bytes), bytes }
}

type PutOptions = {
  /** Of those who send batches: one is put into the link whole before the next begins, so that what broke is one. */
  sending: Turns
  /**
   * After a lost connection the link repeats the call under its id, and the bytes follow again on the same stream; else it
   * rejects with `disconnected`.
   */
  repeats: boolean
  /** False: its bytes do not travel, and its result is `chunk_mismatch`, unless they had gone. With no file left it rejects with `cancelled`. */
  isWanted(index: number): boolean
  onSent(index: number): void
  /** All of them were durable so long after the first byte. */
  onTook(bytes: number, ms: number): void
}

/** Stores read files in one call, in one effect; answers one result for each file. */
export const putFiles = async (
  { link, credit, sender }: { link: TransferLink; credit: Credit; sender: Sender },
  folder: string,
  files: readonly ReadFile[],
  { sending, repeats, isWanted, onSent, onTook }: PutOptions,
): Promise<Result<'upload.putMany'>['results']> => {
  const stream = link.newStream()
  const slices = files.flatMap(({ bytes }, index) => (bytes.length > 0 ? [{ index, bytes }] : []))
  const total = slices.reduce((sum, { bytes }) => sum + bytes.length, 0)
  const params: ParamsInput<'upload.putMany'> = {
    folder,
    stream,
    files: files.map(({ bytes, ...file }) => ({ ...file, size: bytes.length })),
  }
  let isAnswered = false
  let unsentBytes = total
  let sentIn = -1

  /** For the connection of now; the credit is taken. */
  const sendBytes = async () => {
    const { epoch } = link
    sentIn = epoch
    unsentBytes = total
    const sent = (index: number) => {
      unsentBytes -= files[index]?.bytes.length ?? 0
      onSent(index)
    }
    try {
      const stillWanted = () => !isAnswered
      await sender.sendTogether({ stream, epoch, files: slices, isWanted, stillWanted, onSent: sent })
    } catch {
      // The connection is lost, or the answer came before all of it: either is told by the call.
    } finally {
      credit.putBack(unsentBytes, epoch)
    }
  }

  /** A call that was made and is not answered is made again on each connection, and after each sign-in. */
  const sendAgain = async () => {
    const { epoch } = link
    if (isAnswered || sentIn === epoch || sentIn === -1 || link.state !== 'live') return
    if (!credit.tryTake(total)) await credit.take(total)
    if (link.epoch === epoch) await sendBytes()
  }
  // Lost again: the next sign-in rings again.
  const stop = link.onState(() => void sending(sendAgain).catch(() => {}))

  /** The answer is to come. */
  const begin = async () => {
    await waitForCredit(link, credit, total)
    if (!files.some((_, index) => isWanted(index))) {
      credit.putBack(total, link.epoch)
      throw new WherryError('cancelled')
    }
    const fromMs = performance.now()
    const answer = link.call('upload.putMany', params, { retry: repeats })
    const settled = answer.then(
      ({ results }) => {
        if (unsentBytes === 0) onTook(total, performance.now() - fromMs)
        return results
      },
      (error: Error) => error,
    )
    void settled.then(() => {
      isAnswered = true
    })
    await sendBytes()
    return { settled }
  }

  try {
    const { settled } = await sending(begin)
    const results = await settled
    if (results instanceof Error) throw results
    return results
  } finally {
    isAnswered = true
    stop()
  }
}

/** Before the call, so that the hub does not wait for bytes that may not come yet. */
const waitForCredit = async (link: TransferLink, credit: Credit, bytes: number): Promise<void> => {
  for (;;) {
    await link.whenState('live')
    const { epoch } = link
    try {
      if (!credit.tryTake(bytes)) await credit.take(bytes)
      if (link.epoch === epoch && link.state === 'live') return
    } catch (error) {
      if (link.state === 'live') throw error
    }
  }
}
