import type { HubClient, Stop, TransferLink } from '../../core/api.ts'
import { newId } from '../../core/new-id.ts'
import type { ByPerson, PeerSource, PeerTransfer, Room, Secret } from '../../core/peer/api.ts'
import type { KeptComparison } from '../../core/peer/comparing.ts'
import { isOver } from '../../core/peer/is-over.ts'
import { offerSend } from '../../core/peer/offer-send.ts'
import { createRoom, type RoomSlot } from '../../core/peer/own-room.ts'
import { codeText, drawSecrets, linkText } from '../../core/peer/pairing/code.ts'
import { startSend } from '../../core/peer/session.ts'
import { recipient } from '../../core/peer/trusted-people.ts'
import { createSpeedometer } from '../../core/speedometer.ts'
import { directWays } from '../peer/direct-ways.ts'
import { onLeave } from '../peer/on-leave.ts'
import { trustDevice, trustedDevices } from '../peer/trusted-devices.ts'

/** How somebody comes to a send: said aloud, scanned, or passed on as an address. */
export type Invitation = { code: string; link: string; expiresAt: number | null }

/** One receiver of a send, from its code to the last byte. */
export type Invited = {
  readonly room: string
  readonly secrets: readonly Secret[]
  /** The address of a person of this hub, instead of a code. */
  readonly to: string | null
  readonly comparison: KeptComparison | null
  /** By this side. */
  readonly paused: boolean
  /** Null before the hub gave a number, and after somebody came. */
  readonly invitation: Invitation | null
  /** Null until the room is open. */
  readonly transfer: PeerTransfer | null
  /** Why there is no room. */
  readonly error: unknown
  /** Bytes a second. */
  readonly rate: number
  readonly isOver: boolean
  end(): void
}

/** It ended without a delivery, and something new can be tried. */
export const hasFailed = ({ error, transfer }: Invited): boolean =>
  error !== null || transfer?.status.phase === 'failed' || transfer?.status.phase === 'cancelled'

type InviteOptions = {
  client: HubClient & TransferLink
  from: { id: string; name: string }
  to: string | null
  transfer: string
  text: string | null
  sources(): PeerSource[]
  /** A receiver of an earlier visit, to be found again. */
  earlier?: Pick<Invited, 'room' | 'secrets' | 'comparison' | 'paused'> | undefined
  changed(): void
  /** What has to be known after a reload is different now. */
  keep(): void
}

/** Opens a room for one receiver and sends as soon as somebody came and accepted. */
export const invite = (options: InviteOptions): Invited => {
  const { client, changed, keep, from, to } = options
  const id = options.earlier?.room ?? newId()
  const speed = createSpeedometer()
  let secrets: readonly Secret[] = options.earlier?.secrets ?? []
  let comparison: KeptComparison | null = options.earlier?.comparison ?? null
  let paused = options.earlier?.paused ?? false
  let invitation: Invitation | null = null
  let transfer: PeerTransfer | null = null
  let error: unknown = null
  let isEnded = false
  let tick: ReturnType<typeof setInterval> | undefined
  let stopLeaving: Stop = () => {}

  const isPaired = () => secrets.some(({ via }) => via === 'again')

  const moved = () => {
    if (!transfer) return
    speed.measure(transfer.status.movedBytes, performance.now())
    if (transfer.status.phase !== 'pairing') invitation = null
    if (isOver(transfer.status)) {
      clearInterval(tick)
      stopLeaving()
      keep()
    }
    changed()
  }

  const showInvitation = ({ slot, slotExpiresAt }: RoomSlot) => {
    if (slot === null || isPaired()) return
    const link = linkText(location.origin, slot, secrets)
    invitation = { code: codeText(slot, secrets), link, expiresAt: slotExpiresAt }
    changed()
  }

  const open = async () => {
    if (secrets.length === 0 && to === null) secrets = await drawSecrets()
    const byPerson: ByPerson | null =
      to !== null && secrets.length === 0
        ? { via: 'person', trusted: await trustedDevices(from.id, recipient(to)) }
        : null
    const isMet = isPaired()
    const own =
      to === null ? await createRoom(client, id, { isMet }) : await offerSend(client, to, id, { isMet })
    const { room, slot, slotExpiresAt, onSlot } = own
    if (isEnded) return room.leave()
    if (to === null) showInvitation({ slot, slotExpiresAt })
    if (to === null) onSlot(showInvitation)
    try {
      start(room, byPerson ? [byPerson] : secrets)
    } catch (tooLarge) {
      void room.leave()
      throw tooLarge
    }
    keep()
    changed()
  }

  const start = (room: Room, known: readonly Secret[] | readonly [ByPerson]) => {
    transfer = startSend({
      ...{ room, secrets: known, connect: directWays(), sources: options.sources() },
      ...{ text: options.text, from: from.name, transfer: options.transfer, comparison, paused },
      onKeep(kept) {
        secrets = [{ via: 'again', secret: kept.again }]
        comparison = kept.comparison
        paused = kept.paused
        keep()
      },
      onTrust(secret) {
        if (to !== null) void trustDevice(from.id, recipient(to), secret)
      },
    })
    transfer.finished.catch(() => {})
    stopLeaving = onLeave(() => transfer?.stop())
    transfer.onChange(moved)
    tick = setInterval(moved, 1000)
  }

  open().catch(problem => {
    error = problem
    invitation = null
    changed()
  })

  return {
    ...{ room: id, to },
    get secrets() {
      return secrets
    },
    get comparison() {
      return comparison
    },
    get paused() {
      return paused
    },
    get invitation() {
      return invitation
    },
    get transfer() {
      return transfer
    },
    get error() {
      return error
    },
    get rate() {
      return speed.rate
    },
    get isOver() {
      return isEnded || error !== null || (transfer !== null && isOver(transfer.status))
    },
    end() {
      isEnded = true
      clearInterval(tick)
      transfer?.cancel()
    },
  }
}
