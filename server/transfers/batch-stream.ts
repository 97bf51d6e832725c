import { WherryError } from '../../protocol/errors.ts'
import type { Slice } from '../../protocol/frames.ts'
import { limits } from '../../protocol/limits.ts'
import type { Params } from '../../protocol/table.ts'
import type { ChunkBuffer } from '../../storage/chunks/chunk-store.ts'
import { copyBytes } from '../../storage/chunks/copy-bytes.ts'
import { type Deferred, deferred } from './deferred.ts'
import type { Intake, Lane } from './lane.ts'

/** The bytes of one file of an upload.putMany, or why there are none. */
export type ReceivedFile = Uint8Array | WherryError

/** The stream of one upload.putMany: its files arrive side by side in one buffer. */
export type BatchStream = Intake & {
  readonly lane: Lane
  readonly stream: number
  readonly user: string
  readonly folder: string
  /** Resolves when each file has arrived, or why the batch ended before that. */
  readonly received: Promise<ReceivedFile[] | WherryError>
  /** From now on the bytes are being read: only finish() lets go of them. */
  hold(): void
  /** The call failed before its bytes were read: they are dropped, and their credit goes back with the reason. */
  fail(error: WherryError): void
  /** The bytes are needed no more: their credit goes back, and the client is told which are stored. */
  finish(storedIndexes: readonly number[]): void
}

export const createBatchStream = (
  lane: Lane,
  user: string,
  { stream, folder, files }: Pick<Params<'upload.putMany'>, 'stream' | 'folder' | 'files'>,
): BatchStream => {
  const starts: number[] = []
  let totalBytes = 0
  for (const { size } of files) {
    starts.push(totalBytes)
    totalBytes += size
  }
  const arrived: (ReceivedFile | null)[] = files.map(({ size }) => (size === 0 ? new Uint8Array(0) : null))
  const received: Deferred<ReceivedFile[] | WherryError> = deferred()
  let buffer: ChunkBuffer | null = null
  let missing = arrived.filter(file => file === null).length
  let spentBytes = 0
  let isHeld = false
  let isOver = false

  const settleWhenWhole = (): void => {
    if (missing === 0) received.resolve(arrived.flatMap(file => (file === null ? [] : [file])))
  }

  const place = (slice: Slice, size: number): ReceivedFile => {
    if (slice.bytes.length !== size) return new WherryError('chunk_mismatch')
    buffer ??= lane.allocate(totalBytes)
    const start = starts[slice.index] ?? 0
    const target = buffer.bytes.subarray(start, start + size)
    copyBytes(slice.bytes, target)
    return target
  }

  const take = (slice: Slice): void => {
    const file = files[slice.index]
    if (!file || slice.offset !== 0 || !slice.last) {
      throw new WherryError('invalid_frame', 'A file of upload.putMany comes in one slice, by its place.')
    }
    const isNew = !isOver && arrived[slice.index] === null
    if (isNew) arrived[slice.index] = place(slice, file.size)
    spentBytes += slice.bytes.length
    if (!isNew) return
    missing--
    settleWhenWhole()
  }

  const release = (): number => {
    isOver = true
    buffer?.release()
    buffer = null
    const bytes = spentBytes
    spentBytes = 0
    return lane.lease.giveBack(bytes)
  }

  const fail = (error: WherryError): void => {
    if (isHeld || isOver) return
    received.resolve(error)
    const credit = release()
    const { reason, message } = error
    lane.connection.notify('upload.refused', { stream, chunk: 0, reason, message, credit })
  }

  settleWhenWhole()
  return {
    lane,
    stream,
    user,
    folder,
    received: received.promise,
    take,
    lackingBytes: () => {
      if (!buffer) return 0
      return arrived.reduce<number>((sum, file, i) => sum + (file === null ? (files[i]?.size ?? 0) : 0), 0)
    },
    end: error => {
      if (missing > 0) fail(error)
    },
    hold: () => {
      isHeld = true
    },
    fail,
    finish: chunks => {
      if (isOver) return
      lane.connection.notify('upload.stored', { stream, chunks: [...chunks], credit: release() })
    },
  }
}

/** Why a batch cannot be taken at all, whatever its bytes are. */
export const batchProblem = (files: Params<'upload.putMany'>['files']): WherryError | null => {
  const bytes = files.reduce((sum, file) => sum + file.size, 0)
  return bytes > limits.putManyBytes
    ? new WherryError(
        'too_large',
        `Files of one upload.putMany can have ${limits.putManyBytes} bytes together.`,
      )
    : null
}
