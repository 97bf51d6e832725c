import { isReason, WherryError } from '../../../protocol/errors.ts'
import { limits } from '../../../protocol/limits.ts'
import type { Result } from '../../../protocol/table.ts'
import type { ChunkRef } from '../../../protocol/values.ts'
import type { DownloadOptions, Sink, TransferLink } from '../api.ts'
import { createBell } from '../bell.ts'
import { contentDigest, type Hashing, subtleHashing } from '../hashing.ts'
import { newId } from '../new-id.ts'
import { type ArrivedChunk, createAssembly } from './download-assembly.ts'
import { createDownloadPlan } from './download-plan.ts'
import { type DownloadedFile, type Opened, openDownload } from './open-download.ts'

/** Calls of download.read on their way at once. */
const readsAtOnce = 4
/** What arrived of a chunk that is not whole is told so often. */
const tellComingMs = 250
/** A chunk whose bytes are wrong is asked for once more. */
const mostTries = 2

/**
 * Downloads a file into a sink: each chunk is verified before it is written, chunks that the sink has are not sent, and a
 * lost connection is waited for. Rejects with `cancelled` when the signal aborts, with `chunk_damaged` if the hub's bytes
 * are wrong twice, with `version_gone` if the version vanished after a part of it was written; the sink keeps what it has.
 */
export const download = async (
  link: TransferLink,
  entry: string,
  sink: Sink,
  options: DownloadOptions & { hashing?: Hashing } = {},
): Promise<DownloadedFile> => {
  try {
    const file = await downloadVersion(link, entry, sink, options)
    await sink.finish(file)
    return file
  } catch (error) {
    await sink.stop(true)
    throw options.signal?.aborted ? new WherryError('cancelled', undefined, {}, { cause: error }) : error
  }
}

const downloadVersion = async (
  link: TransferLink,
  entry: string,
  sink: Sink,
  options: DownloadOptions & { hashing?: Hashing },
): Promise<DownloadedFile> => {
  const { signal, version = null, atOnce = false, onProgress, onCompared } = options
  const { hashing = subtleHashing } = options
  const compared = (bytes: number) => {
    signal?.throwIfAborted()
    onCompared?.(bytes)
  }
  for (;;) {
    const id = newId()
    let opened = await openDownload(link, { download: id, entry, version, signal, atOnce })
    const { file } = opened
    /** The same version, on a connection that lives. */
    const reopen = async (): Promise<Opened> => {
      opened = await openDownload(link, {
        ...{ download: id, entry, version: file.version, signal },
        atOnce: false,
      })
      return opened
    }
    let transfer: ReturnType<typeof createTransfer> | null = null
    try {
      const refs = file.refs ?? (await listChunks(link, id, reopen, signal))
      if ((await contentDigest(refs, hashing.sha256)) !== file.digest) throw new WherryError('chunk_damaged')
      const there = await sink.has(refs, compared)
      transfer = createTransfer({ link, reopen, sink, hashing, signal, refs, there, onProgress })
      await transfer.run(id, opened)
      return file
    } catch (error) {
      if (!isReason(error, 'version_gone') || version !== null || transfer?.hasWritten) throw error
      // Nothing of the old version was written, so the new one is as good.
    } finally {
      // Also where it failed; an answer is of no use.
      if (!opened.sent) link.call('download.close', { download: id }, { retry: false }).catch(() => {})
    }
  }
}

/** All chunks of a download that is open, over as many connections as it takes. */
const listChunks = async (
  link: TransferLink,
  download: string,
  reopen: () => Promise<Opened>,
  signal: AbortSignal | undefined,
): Promise<ChunkRef[]> => {
  const refs: ChunkRef[] = []
  for (let from: number | null = 0; from !== null; ) {
    try {
      const page: Result<'download.chunks'> = await link.call(
        'download.chunks',
        { download, from, limit: limits.usualChunksPage },
        { retry: false, ...(signal && { signal }) },
      )
      refs.push(...page.chunks)
      from = page.next
    } catch (error) {
      if (!isReason(error, 'disconnected')) throw error
      await reopen()
    }
  }
  return refs
}

type TransferOptions = {
  link: TransferLink
  reopen: () => Promise<Opened>
  sink: Sink
  hashing: Hashing
  signal: AbortSignal | undefined
  refs: readonly ChunkRef[]
  there: ReadonlySet<number>
  onProgress: DownloadOptions['onProgress'] | undefined
}

/** Brings the missing chunks of one version into the sink, over as many connections as it takes. */
const createTransfer = ({
  link,
  reopen,
  sink,
  hashing,
  signal,
  refs,
  there,
  onProgress,
}: TransferOptions) => {
  const plan = createDownloadPlan(refs, there)
  const bell = createBell()
  const tries = new Map<number, number>()
  const writing = new Set<number>()
  const size = refs.reduce((sum, ref) => sum + ref.size, 0)
  const reusedBytes = refs.reduce((sum, ref, index) => sum + (there.has(index) ? ref.size : 0), 0)
  let receivedBytes = 0
  let failure: unknown = null
  let reads = 0
  const assembly = createAssembly(hashing.blocks, chunk => void take(chunk))

  let toldAtMs = 0

  /** What arrived and is not written. */
  const comingBytes = () => {
    const whole = [...writing].filter(index => plan.isWanted(index))
    const wholeBytes = whole.reduce((sum, index) => sum + (refs[index]?.size ?? 0), 0)
    return wholeBytes + (assembly.begun?.received ?? 0)
  }

  const report = () => {
    toldAtMs = performance.now()
    onProgress?.({ size, receivedBytes, reusedBytes, comingBytes: comingBytes() })
  }

  const fail = (error: unknown) => {
    failure ??= error
    bell.ring()
  }

  const again = (index: number) => {
    const tried = (tries.get(index) ?? 0) + 1
    tries.set(index, tried)
    if (tried >= mostTries) fail(new WherryError('chunk_damaged', undefined, { index }))
    plan.again(index)
    bell.ring()
  }

  const take = async ({ index, bytes, release }: ArrivedChunk) => {
    const ref = refs[index]
    if (!ref || !plan.isWanted(index) || writing.has(index)) {
      release()
      return
    }
    writing.add(index)
    try {
      if (bytes.length !== ref.size || (await hashing.sha256(bytes)) !== ref.hash) {
        again(index)
        return
      }
      if (failure) return
      // Shared memory only where this machine's hashing made it so: its sinks take it.
      await sink.write(index, plan.positionOf(index), bytes as Uint8Array<ArrayBuffer>)
      plan.written(index)
      receivedBytes += ref.size
      report()
    } catch (error) {
      fail(error)
    } finally {
      writing.delete(index)
      release()
      bell.ring()
    }
  }

  const read = async (download: string, epoch: number, { from, count }: { from: number; count: number }) => {
    reads++
    const { begun } = assembly
    const offset = begun?.index === from ? begun.received : 0
    try {
      await link.call(
        'download.read',
        { download, from, count, ...(offset > 0 && { offset }) },
        { retry: false },
      )
      if (link.epoch !== epoch) return
      // The answer follows the last slice: what has not come whole by now does not come.
      for (let index = from; index < from + count; index++) {
        if (plan.isWanted(index) && !writing.has(index)) again(index)
      }
    } catch (error) {
      // A hub from before there was an offset.
      if (offset > 0 && isReason(error, 'invalid_params')) {
        assembly.drop(from)
        for (let index = from; index < from + count; index++) plan.again(index)
      } else if (!isReason(error, 'disconnected')) fail(error)
    } finally {
      reads--
      bell.ring()
    }
  }

  /** Until all is written, or the connection is lost (false). */
  const readAll = async (download: string, { epoch }: Opened): Promise<boolean> => {
    while (!plan.isDone) {
      signal?.throwIfAborted()
      if (failure) throw failure
      if (link.epoch !== epoch || link.state !== 'live') return false
      const next = reads < readsAtOnce ? plan.nextRead(assembly.begun?.index) : null
      if (next) void read(download, epoch, next)
      else await bell.rung()
    }
    if (failure) throw failure
    return true
  }

  /** What came with the answer; false if not all of it is right. */
  const takeSent = async (sent: NonNullable<Opened['sent']>): Promise<boolean> => {
    signal?.throwIfAborted()
    while (plan.nextRead(undefined));
    for (const slice of sent) assembly.add(slice, refs[slice.index])
    while (writing.size > 0) await bell.rung()
    if (failure) throw failure
    return plan.isDone
  }

  const runOn = async (download: string, opened: Opened): Promise<boolean> => {
    if (opened.sent) return takeSent(opened.sent)
    const stop = link.onSlice(opened.stream, slice => {
      assembly.add(slice, refs[slice.index])
      if (performance.now() - toldAtMs >= tellComingMs) report()
    })
    try {
      return await readAll(download, opened)
    } finally {
      stop()
      assembly.restart()
    }
  }

  return {
    get hasWritten(): boolean {
      return plan.hasWritten
    },
    async run(id: string, first: Opened): Promise<void> {
      const stopState = link.onState(bell.ring)
      signal?.addEventListener('abort', bell.ring)
      report()
      try {
        for (let opened = first; !(await runOn(id, opened)); ) {
          plan.restart(index => writing.has(index))
          opened = await reopen()
        }
      } finally {
        stopState()
        signal?.removeEventListener('abort', bell.ring)
        assembly.reset()
        // The sink is stopped next: no write may come later.
        while (writing.size > 0) await bell.rung()
      }
    },
  }
}
