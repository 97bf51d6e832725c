import { isReason } from '../../../protocol/errors.ts'
import type { ParamsInput, Result } from '../../../protocol/table.ts'
import type { OnClash } from '../../../protocol/values.ts'
import type { Source, TransferLink } from '../api.ts'
import { contentDigest, type Sha256 } from '../hashing.ts'
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

/**
 * Stores read files in one call, in one effect; answers one result for each file. After a lost connection the link repeats
 * the call under its id, and the bytes follow again on the same stream, or with `isLostWhole` it rejects with `disconnected`.
 */
export const putFiles = async (
  { link, credit, sender }: { link: TransferLink; credit: Credit; sender: Sender },
  folder: string,
  files: readonly ReadFile[],
  on: { sent(index: number): void; took(bytes: number, ms: number): void },
  isLostWhole: boolean,
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
  let sentIn = -1

  /** For the connection of now, once; the credit is taken. */
  const sendBytes = async (epoch: number) => {
    let unsentBytes = total
    const onSent = (index: number) => {
      unsentBytes -= files[index]?.bytes.length ?? 0
      on.sent(index)
    }
    try {
      await sender.sendTogether({ stream, epoch, files: slices, stillWanted: () => !isAnswered, onSent })
    } catch (error) {
      credit.putBack(unsentBytes, epoch)
      if (!isReason(error, 'disconnected', 'cancelled')) broken.reject(error)
    }
  }
  const broken = Promise.withResolvers<never>()

  const sendAgain = async () => {
    const { epoch } = link
    if (sentIn === epoch || link.state !== 'live') return
    sentIn = epoch
    if (!credit.tryTake(total)) await credit.take(total)
    await sendBytes(epoch)
  }

  await waitForCredit(link, credit, total)
  const fromMs = performance.now()
  const answer = link.call('upload.putMany', params, { retry: !isLostWhole })
  if (link.state === 'live') {
    sentIn = link.epoch
    void sendBytes(sentIn)
  }
  const stop = link.onState(() => {
    // Lost again: the next sign-in rings again.
    sendAgain().catch(() => {})
  })
  try {
    const { results } = await Promise.race([answer, broken.promise])
    on.took(total, performance.now() - fromMs)
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
