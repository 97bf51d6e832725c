import { isReason, WherryError } from '../../../protocol/errors.ts'
import type { Result } from '../../../protocol/table.ts'
import type { ChunkRef } from '../../../protocol/values.ts'
import type { Source, TransferLink } from '../api.ts'
import { createBell } from '../bell.ts'
import type { Hashing } from '../hashing.ts'
import { newId } from '../new-id.ts'
import type { Chunker } from './chunker.ts'
import { bindUpload, type FileTarget } from './upload-binding.ts'
import { declareAll } from './upload-declare.ts'
import { createLedger } from './upload-ledger.ts'
import { readPieces } from './upload-pieces.ts'
import type { Sender } from './upload-sender.ts'

export type FileProgress = {
  checkedBytes: number
  storedBytes: number
  sentBytes: number
  reusedBytes: number
  comingBytes: number
}

export type FileUploadOptions = {
  link: TransferLink
  sender: Sender
  hashing: Hashing
  chunker: Chunker
  source: Source
  target: FileTarget
  /** Of the upload on the hub. */
  upload: string
  /** The hub has it already, from an earlier run or another device. */
  isOpen: boolean
  /** The chunks of this very file, known from before: it is read only where the hub misses some. */
  remembered?: readonly ChunkRef[] | undefined
  onProgress(progress: FileProgress): void
  /** The hub has lost it: it goes on as another upload, of this id. */
  onAnew?(upload: string): void
  /** All is on its way: there is room for another file. May be called again. */
  onSent?(): void
}

/** One file on its way, chunk by chunk. It outlives connections and pauses. */
export type FileUpload = {
  /** Goes on until the file is an entry, the signal aborts (`cancelled`) or it fails; may be called again then. */
  run(signal: AbortSignal): Promise<Result<'upload.commit'>>
  /** Ends it on the hub too. */
  cancel(): Promise<void>
  /** Those that were cut so far. */
  chunks(): ChunkRef[]
}

export const createFileUpload = (options: FileUploadOptions): FileUpload => {
  const { link, sender, hashing, chunker, source, target, onProgress } = options
  const ledger = createLedger()
  const bell = createBell()
  let { upload, isOpen } = options
  let isRunning = false
  let sentBytes = 0
  let failure: unknown = null
  /** The file itself failed: final, another try needs another upload. */
  let cutFailure: unknown = null
  let holesFound = 0
  /** The hub has not all that it said to have. */
  let hasHoles = false
  let isCutting = false

  const changed = () => {
    onProgress({ ...ledger.progress, sentBytes })
    if (ledger.isSent) options.onSent?.()
    bell.ring()
  }

  /** Goes on beside everything else, whether connected or not. */
  const cutAll = async () => {
    for await (const piece of readPieces(source, chunker, hashing)) {
      while (!isRunning) await bell.rung()
      ledger.add({ hash: piece.hash, size: piece.size }, piece)
      changed()
    }
    ledger.cutDone()
    changed()
  }

  const startCutting = () => {
    if (isCutting) return
    isCutting = true
    if (!options.remembered) {
      cutAll().catch(error => {
        cutFailure = error
        bell.ring()
      })
      return
    }
    for (const chunk of options.remembered) ledger.add(chunk, null)
    ledger.cutDone()
  }

  /** What one stream on one connection does, until all is stored or `run` is over. */
  const transfer = async (run: { stream: number; epoch: number; ended: boolean }) => {
    const check = () => {
      if (cutFailure ?? failure) throw cutFailure ?? failure
      if (link.epoch !== run.epoch || link.state !== 'live') throw new WherryError('disconnected')
      if (run.ended) throw new WherryError('cancelled')
    }

    const contentOf = async (index: number): Promise<Uint8Array> => {
      const { piece, ref, position, mismatches } = ledger.slot(index)
      if (piece && mismatches === 0) return piece.bytes
      const bytes = await source.read(position, ref.size)
      if (mismatches > 0 && (await hashing.sha256(bytes)) !== ref.hash) throw fileChanged()
      return bytes
    }

    const sendAll = async () => {
      while (!ledger.isStored) {
        check()
        const index = ledger.takeMissing()
        if (index === null) {
          await bell.rung()
          continue
        }
        const content = await contentOf(index)
        check()
        const { begunBytes: from } = ledger.slot(index)
        await sender.send({
          stream: run.stream,
          epoch: run.epoch,
          index,
          from,
          content,
          stillWanted: () => !run.ended,
          onSent(sent, isLast) {
            sentBytes += sent
            if (isLast) ledger.sent(index)
            changed()
          },
        })
      }
    }

    const declaring = declareAll({
      ...{ link, ledger, bell, upload, check },
      // Answers may come when this is long over and the next run has begun.
      answered(from, count, missing) {
        if (run.ended) return
        ledger.answered(from, count, missing)
        changed()
      },
      failed(error) {
        if (run.ended) return
        failure ??= isReason(error, 'disconnected') ? null : error
        changed()
      },
    })
    await Promise.all([declaring, sendAll()])
  }

  const fileChanged = () => new WherryError('conflict', 'The file changed while it was uploaded.')

  const runOnce = async (signal: AbortSignal) => {
    const run = { stream: link.newStream(), epoch: link.epoch, ended: false }
    const end = () => {
      run.ended = true
      bell.ring()
    }
    const isOfRun = ({ stream }: { stream: number }) =>
      !run.ended && stream === run.stream && link.epoch === run.epoch
    const stops = [
      link.onState(() => bell.ring()),
      link.on('upload.stored', event => {
        if (!isOfRun(event)) return
        ledger.stored(event.chunks)
        changed()
      }),
      link.on('upload.arrived', event => {
        if (!isOfRun(event)) return
        ledger.arrived(event.chunk, event.bytes)
        changed()
      }),
      link.on('upload.refused', event => {
        if (!isOfRun(event)) return
        const again = event.reason === 'chunk_mismatch' && ledger.refused(event.chunk)
        if (!again) failure ??= new WherryError(event.reason, event.message)
        bell.ring()
      }),
    ]
    signal.addEventListener('abort', end)
    try {
      const known = await bindUpload(link, {
        ...{ upload, stream: run.stream, isOpen, source, target },
        stored: hasHoles ? [] : ledger.firstStored(),
        onKnown: ledger.expect,
      })
      isOpen = true
      hasHoles = false
      if (known) ledger.rebound(known)
      changed()
      startCutting()
      await transfer(run)
      await source.read(source.size, 0)
      return await link.call('upload.commit', { upload }, { signal })
    } finally {
      end()
      signal.removeEventListener('abort', end)
      for (const stop of stops) stop()
    }
  }

  /** What failed, and whether to go on by itself: after a lost connection, or with another upload where this one is gone. */
  const recover = async (error: unknown, signal: AbortSignal): Promise<void> => {
    if (signal.aborted) throw new WherryError('cancelled')
    if (isReason(error, 'disconnected') || (isReason(error, 'cancelled') && link.state !== 'live')) {
      await Promise.race([link.whenState('live'), aborted(signal)])
      return
    }
    if (isReason(error, 'not_found') && isOpen) {
      upload = newId()
      isOpen = false
      options.onAnew?.(upload)
      ledger.rebound([])
      changed()
      return
    }
    // The next stream asks the hub what it really has.
    if (isReason(error, 'incomplete')) {
      hasHoles = true
      if (++holesFound <= 2) return
    }
    throw error
  }

  return {
    async run(signal) {
      isRunning = true
      failure = null
      bell.ring()
      try {
        for (;;) {
          try {
            return await runOnce(signal)
          } catch (error) {
            await recover(error, signal)
          }
        }
      } finally {
        isRunning = false
        ledger.dropPieces()
      }
    },
    async cancel() {
      if (isOpen) await link.call('upload.cancel', { upload })
    },
    chunks: ledger.refs,
  }
}

const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    const stop = () => reject(new WherryError('cancelled'))
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
  })
