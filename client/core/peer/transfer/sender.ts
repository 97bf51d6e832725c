import { hexToBytes } from '../../../../protocol/digest.ts'
import { WherryError } from '../../../../protocol/errors.ts'
import type { PeerMessage } from '../../../../protocol/peer.ts'
import { createBell } from '../../bell.ts'
import type { Sha256 } from '../../hashing.ts'
import type { PeerLink, PeerOffer, PeerSource } from '../api.ts'
import { asWherryError } from '../thrown.ts'
import { cancelledByPeer, peerError, type TransferEvents, type TransferSide } from './events.ts'
import { offerMessages } from './offer.ts'
import { createReading, type ReadChunk } from './reading.ts'
import { chunkCount, createRoot } from './root.ts'
import { createWire, type Wire } from './wire.ts'

type SenderOptions = {
  offer: PeerOffer
  /** As offer.files. */
  sources: readonly PeerSource[]
  sha256: Sha256
  events: TransferEvents
}

/** Offers, and sends what the receiver wants and does not have; each chunk is read and hashed even where it has it. */
export const createSender = (options: SenderOptions): TransferSide => {
  const pauses = { isPaused: false }
  let run: ReturnType<typeof createRun> | null = null
  return {
    attach(link) {
      run?.stop()
      run = createRun(link, options, pauses)
      if (pauses.isPaused) void run.wire.tell({ kind: 'pause', paused: true }).catch(() => {})
    },
    setPaused(isPaused) {
      pauses.isPaused = isPaused
      run?.ring()
      run?.wire.tell({ kind: 'pause', paused: isPaused }).catch(() => {})
    },
    tell: async message => run?.wire.tell(message),
    async stop() {
      run?.stop()
      await Promise.all(options.sources.map(source => source.close?.()))
    },
  }
}

/** The sending over one link. */
const createRun = (
  link: PeerLink,
  { offer, sources, sha256, events }: SenderOptions,
  pauses: { readonly isPaused: boolean },
) => {
  const bell = createBell()
  const reading = createReading(sources, sha256)
  /** What the receiver has of a file, until the file is done. */
  const had = new Map<number, Map<number, string>>()
  const wanted = new Set<number>()
  const isFile = (file: number) => offer.files[file]?.kind === 'file'
  let root = createRoot()
  let credit = 0
  let isPausedThere = false
  let isStopped = false

  const fail = (error: unknown, file: number | null) => {
    if (isStopped) return
    stop()
    events.failed(asWherryError(error), file)
  }
  const stop = () => {
    isStopped = true
    wire.stop()
    bell.ring()
  }

  const have = ({ file, from, hashes }: Extract<PeerMessage, { kind: 'have' }>) => {
    const count = chunkCount(offer.files[file]?.size ?? 0)
    if (!isFile(file) || wanted.has(file) || from + hashes.length > count)
      throw new WherryError('invalid_message')
    const known = had.get(file) ?? new Map<number, string>()
    hashes.forEach((hash, i) => {
      known.set(from + i, hash)
    })
    had.set(file, known)
  }

  const want = (files: readonly number[]) => {
    for (const file of files) {
      if (!isFile(file) || wanted.has(file)) throw new WherryError('invalid_message')
      wanted.add(file)
    }
    reading.want(files)
    bell.ring()
  }

  const received = (message: PeerMessage) => {
    if (message.kind === 'accept') events.running()
    else if (message.kind === 'decline') events.endedByPeer(new WherryError('declined'))
    else if (message.kind === 'have') have(message)
    else if (message.kind === 'want') want(message.files)
    else if (message.kind === 'progress') {
      credit += message.credit
      events.progress(message.doneBytes, message.doneFiles)
    } else if (message.kind === 'pause') {
      isPausedThere = message.paused
      events.paused(message.paused)
    } else if (message.kind === 'cancel') events.endedByPeer(cancelledByPeer())
    else if (message.kind === 'failed') events.endedByPeer(peerError(message, offer))
    else if (message.kind === 'done') events.done()
    else throw new WherryError('invalid_message')
    bell.ring()
  }

  const wire: Wire = createWire(link, {
    message: received,
    slice: () => fail(new WherryError('invalid_message'), null),
    root: () => fail(new WherryError('invalid_message'), null),
    arrived: events.moved,
    broken: error => fail(error, null),
  })

  /** False when the run is over. */
  const until = async (isSo: () => boolean): Promise<boolean> => {
    while (!isStopped && !isSo()) await bell.rung()
    return !isStopped
  }

  const send = async ({ file, chunk, size, isLast, ready, release }: ReadChunk) => {
    const read = await ready
    if (read && chunk !== null) {
      root.add(read.hash)
      const hashThere = had.get(file)?.get(chunk)
      if (hashThere !== undefined && hashThere !== read.hash) throw new WherryError('file_changed')
      if (hashThere === undefined) {
        if (!(await until(() => credit >= size && !pauses.isPaused && !isPausedThere))) return
        credit -= size
        await wire.sendChunk(file, chunk, hexToBytes(read.hash), read.bytes)
      }
    }
    release()
    if (isLast) await finish(file)
  }

  const finish = async (file: number) => {
    had.delete(file)
    const whole = root.finish()
    root = createRoot()
    const source = sources[file]
    // It may have changed after its last chunk was read.
    await source?.read(0, 0)
    await source?.close?.()
    await wire.sendRoot(file, whole)
  }

  const sendAll = async () => {
    let next: ReadChunk | null = null
    while (
      await until(() => {
        next ??= reading.next()
        return next !== null
      })
    ) {
      const current = next as ReadChunk | null
      next = null
      try {
        if (current) await send(current)
      } catch (error) {
        return fail(error, current?.file ?? null)
      }
    }
  }

  const begin = async () => {
    for (const message of offerMessages(offer)) await wire.tell(message)
    await sendAll()
  }

  // A link that closed has told the session so already.
  link.onClose(stop)
  begin().catch(() => {})
  return { wire, stop, ring: bell.ring }
}
