import { WherryError } from '../../../../protocol/errors.ts'
import type { PeerMessage } from '../../../../protocol/peer.ts'
import type { Timers } from '../../api.ts'
import { createBell } from '../../bell.ts'
import type { Sha256 } from '../../hashing.ts'
import type { PeerLink, PeerOffer, PeerStore } from '../api.ts'
import { asWherryError } from '../thrown.ts'
import { createAssembly, type WholeChunk } from './assembly.ts'
import { cancelledByPeer, peerError, type TransferEvents, type TransferSide } from './events.ts'
import { createGrants, windowBytes } from './grants.ts'
import { createIncoming, type Incoming, type IncomingFile } from './incoming.ts'
import { createOfferReader, isSameOffer } from './offer.ts'
import { createWants } from './wants.ts'
import { createWire } from './wire.ts'

type ReceiverOptions = { store: PeerStore; sha256: Sha256; timers: Timers; events: TransferEvents }

export type Receiver = TransferSide & {
  /** Takes the offer, as often as it comes after new links. */
  accept(): void
}

/** What the runs over the links of one receipt share. */
type Shared = ReceiverOptions & {
  offer: PeerOffer | null
  isAccepted: boolean
  incoming: Incoming | null
  isPaused: boolean
  /** Chunks that are being verified and written. */
  writing: number
  wrote: ReturnType<typeof createBell>
}

/** Takes an offer into a store: verified chunk by chunk, durable before more may come. */
export const createReceiver = (options: ReceiverOptions): Receiver => {
  const shared: Shared = {
    ...options,
    offer: null,
    isAccepted: false,
    incoming: null,
    isPaused: false,
    writing: 0,
    wrote: createBell(),
  }
  let run: ReturnType<typeof createRun> | null = null
  return {
    attach(link) {
      run?.stop()
      run = createRun(link, shared)
      if (shared.isPaused) void run.wire.tell({ kind: 'pause', paused: true }).catch(() => {})
    },
    accept() {
      if (shared.isAccepted || !shared.offer) return
      shared.isAccepted = true
      run?.begin()
    },
    setPaused(isPaused) {
      shared.isPaused = isPaused
      run?.wire.tell({ kind: 'pause', paused: isPaused }).catch(() => {})
    },
    tell: async message => run?.wire.tell(message),
    async stop(keep) {
      run?.stop()
      while (shared.writing > 0) await shared.wrote.rung()
      await shared.incoming?.stop(keep)
    },
  }
}

/** The receiving over one link. */
const createRun = (link: PeerLink, shared: Shared) => {
  const { events, store, sha256, timers, wrote } = shared
  const offerReader = createOfferReader()
  /** Of this link: the other side offered all of it. */
  let isOffered = false
  let hasBegun = false
  let isStopped = false
  let wants: ReturnType<typeof createWants> | null = null

  const fail = (error: unknown, file: number | null) => {
    if (isStopped) return
    stop()
    events.failed(asWherryError(error), file)
  }
  const stop = () => {
    isStopped = true
    wire.stop()
    grants.stop()
    wants?.stop()
  }

  const grants = createGrants(timers, credit => tellProgress(credit))
  const assembly = createAssembly(bytes => grants.use(bytes))

  const tellProgress = (credit: number) => {
    const { incoming } = shared
    if (!incoming || isStopped) return
    const { doneBytes, doneFiles } = incoming
    events.progress(doneBytes, doneFiles)
    void wire.tell({ kind: 'progress', credit, doneBytes, doneFiles }).catch(() => {})
  }

  const takeOffer = (offer: PeerOffer) => {
    isOffered = true
    // Also before it is accepted: people answer what they were shown.
    if (shared.offer && !isSameOffer(shared.offer, offer))
      throw new WherryError('file_changed', 'What is on offer changed. Ask for a new send.')
    const isKnown = shared.offer !== null
    shared.offer = offer
    if (!isKnown) events.offered(offer)
    begin()
  }

  const begin = () => {
    if (!isOffered || !shared.isAccepted || hasBegun || isStopped) return
    hasBegun = true
    take().catch(error => fail(error, null))
  }

  const take = async () => {
    const { offer } = shared
    if (!offer) return
    // What an earlier link brought becomes durable first: what is not is asked for again.
    while (shared.writing > 0) await wrote.rung()
    if (!shared.incoming) await store.reserve(offer)
    if (isStopped) return
    shared.incoming ??= createIncoming(offer, store)
    const { incoming } = shared
    await wire.tell({ kind: 'accept' })
    events.running()
    tellProgress(windowBytes)
    wants = createWants(incoming, offer.files.length, { tell: wire.tell, opened: () => grants.giveBack(0) })
    await wants.run(fail)
    settle()
  }

  /** All is durable: says so, once. */
  const settle = () => {
    if (isStopped || !shared.incoming?.isDone) return
    grants.flush()
    isStopped = true
    wants?.stop()
    void wire.tell({ kind: 'done' }).catch(() => {})
    events.done()
  }

  const finishIfWhole = async (incoming: Incoming, file: IncomingFile) => {
    if (!(await file.finish())) return
    incoming.finished(file)
    wants?.done(file.index)
    grants.giveBack(0)
    settle()
  }

  /** A later link and stop() wait for it. */
  const counted = async (work: () => Promise<void>) => {
    shared.writing++
    try {
      await work()
    } finally {
      shared.writing--
      wrote.ring()
    }
  }

  const keep = async (incoming: Incoming, { file, chunk, hash, bytes }: WholeChunk) => {
    // Nothing is left of it once the sink took its memory.
    const size = bytes.length
    file.begin(chunk)
    if ((await sha256(bytes)) !== hash) throw new WherryError('chunk_mismatch')
    assembly.reuse(await file.write(chunk, bytes, hash))
    incoming.wrote(size)
    grants.giveBack(size)
    await finishIfWhole(incoming, file)
  }

  const received = (message: PeerMessage) => {
    if (message.kind === 'offer' || message.kind === 'files') {
      const offer = isOffered ? null : offerReader.add(message)
      if (isOffered && !offer) throw new WherryError('invalid_message')
      if (offer) takeOffer(offer)
    } else if (message.kind === 'pause') events.paused(message.paused)
    else if (message.kind === 'cancel') events.endedByPeer(cancelledByPeer())
    else if (message.kind === 'failed') events.endedByPeer(peerError(message, shared.offer))
    else throw new WherryError('invalid_message')
  }

  const wanted = (index: number): { incoming: Incoming; file: IncomingFile } => {
    const { incoming } = shared
    const file = wants?.isWanted(index) ? incoming?.get(index) : undefined
    if (!incoming || !file) throw new WherryError('invalid_message')
    return { incoming, file }
  }

  const wire = createWire(link, {
    message: received,
    slice(slice) {
      if (isStopped) return
      const { incoming, file } = wanted(slice.file)
      const chunk = assembly.add(file, slice)
      events.moved(slice.bytes.length)
      if (chunk) void counted(() => keep(incoming, chunk)).catch(error => fail(error, file.index))
    },
    root(index, root) {
      if (isStopped) return
      const { incoming, file } = wanted(index)
      file.setRoot(root)
      void counted(() => finishIfWhole(incoming, file)).catch(error => fail(error, index))
    },
    arrived() {},
    broken: error => fail(error, null),
  })

  link.onClose(stop)
  return { wire, stop, begin }
}
