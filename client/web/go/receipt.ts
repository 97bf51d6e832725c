import type { HubClient, Stop, TransferLink } from '../../core/api.ts'
import { createListeners } from '../../core/listeners.ts'
import type { ByPerson, PeerOffer, PeerTransfer, Room, Secret, TransferStatus } from '../../core/peer/api.ts'
import { isOver } from '../../core/peer/is-over.ts'
import { acceptRoom, joinRoom } from '../../core/peer/room.ts'
import { startReceipt } from '../../core/peer/session.ts'
import { createSpeedometer } from '../../core/speedometer.ts'
import type { OwnWorker } from '../app/own-worker.ts'
import { directWays } from '../peer/direct-ways.ts'
import { type KeptWhole, keptStore, loadKept } from '../peer/kept-store.ts'
import { onLeave } from '../peer/on-leave.ts'
import { trustDevice } from '../peer/trusted-devices.ts'
import { type Attempt, setOwnAttempt, setOwnRoom } from './arrival.ts'
import type { OfferedWay } from './offered.ts'
import { type RememberedReceipt, rememberReceipt } from './remembered-receipts.ts'

/** Something on its way to this device. */
export type Receipt = {
  readonly status: TransferStatus
  readonly offer: PeerOffer | null
  readonly rate: number
  /** Files that are whole, in the browser's private place. */
  readonly whole: readonly KeptWhole[]
  readonly remembered: RememberedReceipt | null
  /** Takes the offer; into a folder where the person chose one. `trust`: the sender's device is known from now on. */
  accept(folder: FileSystemDirectoryHandle | null, trust?: boolean): void
  decline(): void
  pause(): void
  resume(): void
  cancel(): void
  /** It was saved: what is kept here may go some time later. */
  saved(): void
  onChange(listener: () => void): Stop
}

type Link = HubClient & TransferLink
/** By a slot with the secret of the code or link, or as before a reload. */
export type Way =
  | { kind: 'slot'; attempt: Attempt; wasBegun: boolean }
  | { kind: 'again'; remembered: RememberedReceipt }
  | ({ kind: 'offer' } & OfferedWay)

const secretOf = (way: Way): Secret | ByPerson => {
  if (way.kind === 'offer') return way.secret
  if (way.kind === 'again') return { via: 'again', secret: way.remembered.again }
  const { attempt, wasBegun } = way
  const { secret, seed } = attempt
  const proven = (again: string) => setOwnAttempt({ ...attempt, secret: { via: 'again', secret: again } })
  return secret.via === 'again' ? secret : { ...secret, run: { seed, wasBegun, proven } }
}

const roomOf = (client: Link, way: Way): Promise<Room> => {
  if (way.kind === 'offer') return acceptRoom(client, way.room)
  if (way.kind === 'again') return joinRoom(client, { kind: 'room', room: way.remembered.room })
  const { slot, seat } = way.attempt
  return joinRoom(client, { kind: 'slot', slot, seat })
}

/** Joins the sender's room. Throws what refuses it: `not_found` for a code that nobody waits under. */
export const receive = async (client: Link, worker: () => OwnWorker, way: Way): Promise<Receipt> => {
  const earlier = way.kind === 'again' ? way.remembered : null
  const room = await roomOf(client, way)
  setOwnRoom(room.id)
  const store = keptStore(worker())
  let remembered = earlier
  const listeners = createListeners<void>()
  const speed = createSpeedometer()

  const keep = (changes: Partial<RememberedReceipt>) => {
    if (!remembered) return
    remembered = { ...remembered, ...changes }
    void rememberReceipt(remembered)
  }

  const transfer: PeerTransfer = startReceipt({
    ...{ room, store, connect: directWays() },
    secret: secretOf(way),
    accepted: earlier,
    comparison: earlier?.comparison,
    paused: earlier?.paused,
    onKeep({ again, transfer: accepted, digest, comparison, paused }) {
      remembered ??= { ...newReceipt(room.id), person: way.kind === 'offer' ? way.person : null }
      keep({ again, transfer: accepted, digest, comparison, paused })
    },
    onTrust(secret) {
      const { person } = remembered ?? {}
      if (person) void trustDevice(person.account, person.name, secret)
    },
  })
  transfer.finished.catch(() => {})
  const stopLeaving = onLeave(() => transfer.stop())

  const moved = () => {
    const { status } = transfer
    speed.measure(status.movedBytes, performance.now())
    if (isOver(status)) {
      clearInterval(tick)
      stopLeaving()
      setOwnAttempt(null)
    }
    if (status.offer && remembered && !remembered.offer) keep({ offer: status.offer })
    if (status.phase === 'done' && remembered && !remembered.whole)
      keep({ whole: store.whole.map(({ file: { path }, crc }) => ({ path, crc })) })
    listeners.emit()
  }
  const tick = setInterval(moved, 1000)
  transfer.onChange(moved)

  return {
    get status() {
      return transfer.status
    },
    get offer() {
      return transfer.status.offer
    },
    get rate() {
      return speed.rate
    },
    get remembered() {
      return remembered
    },
    whole: store.whole,
    accept(folder, trust = false) {
      keep({ folder })
      transfer.accept({ trust })
    },
    decline: transfer.decline,
    pause: transfer.pause,
    resume: transfer.resume,
    cancel: transfer.cancel,
    saved: () => keep({ savedAt: Date.now() }),
    onChange: listeners.add,
  }
}

const newReceipt = (room: string): RememberedReceipt => ({
  ...{ room, again: '', transfer: null, offer: null, folder: null },
  ...{ touchedAt: Date.now(), whole: null, savedAt: null },
})

/** What arrived whole before a reload, to be saved still. */
export const arrived = async (earlier: RememberedReceipt): Promise<Receipt> => {
  let remembered = earlier
  const { offer, transfer } = earlier
  const crcs = new Map(earlier.whole?.map(({ path, crc }) => [JSON.stringify(path), crc]))
  const files = offer?.files.filter(({ kind }) => kind === 'file') ?? []
  const whole = await loadKept(transfer ?? '', files, file => crcs.get(JSON.stringify(file.path)) ?? 0)
  const totalBytes = files.reduce((sum, { size }) => sum + size, 0)
  const status: TransferStatus = {
    ...{ phase: 'done', offer, comparison: null, path: null, error: null, totalBytes },
    ...{ doneBytes: totalBytes, arrivedBytes: totalBytes, doneFiles: files.length, movedBytes: 0 },
  }
  const nothing = () => {}
  return {
    ...{ status, offer, rate: 0, whole, accept: nothing, decline: nothing },
    ...{ pause: nothing, resume: nothing, cancel: nothing },
    get remembered() {
      return remembered
    },
    saved() {
      remembered = { ...remembered, savedAt: Date.now() }
      void rememberReceipt(remembered)
    },
    onChange: () => nothing,
  }
}
