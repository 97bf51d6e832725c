import { isReason, WherryError } from '../../../../protocol/errors.ts'
import type { Stop, Timers } from '../../api.ts'
import { systemTimers } from '../../timers.ts'
import type { ByPerson, Role, Room, Secret } from '../api.ts'
import { unreachable } from '../reach.ts'
import { decodePairing, encodePairing, type PairingMessage } from './pairing-messages.ts'
import { type Paired, receiverSide, type Side, type Step, senderSide } from './pairing-sides.ts'
import { personReceiverSide, personSenderSide } from './person-sides.ts'

/** From the other side's coming to keys, the first time. A page that was frozen in between still makes it. */
const firstPairingMs = 60_000
/** Envelopes that are no part of it, such as some sealed with keys of before. */
const mostStray = 200

export type PairOptions = {
  signal?: AbortSignal | undefined
  timers?: Timers | undefined
  /** An envelope that came already: the `hi` that SealedSignals.onRestart told. */
  first?: string | undefined
}

const sideOf = (room: string, role: Role, [own, ...more]: readonly (Secret | ByPerson)[]): Side => {
  if (!own) throw new WherryError('internal', 'Pairing needs a secret.')
  if (own.via === 'person')
    return role === 'sender' ? personSenderSide(room, own) : personReceiverSide(room, own)
  if (role === 'receiver') return receiverSide(room, own)
  return senderSide(room, [own, ...more.filter(one => one.via !== 'person')])
}

/**
 * Makes keys with the other seat as soon as it is there, and begins anew as often as it comes anew. The sender brings every
 * secret that the receiver may use, the receiver its one; for a person of the hub both bring the same one thing. Rejects with `wrong_code` (`not_authentic` for the secret of an
 * earlier pairing) and leaves the room when the other side proves not to know it: a code is good for one guess. Rejects
 * with `peer_away` and leaves when it says nothing for a minute, the first time.
 */
export const pair = (
  room: Room,
  role: Role,
  secrets: readonly (Secret | ByPerson)[],
  { signal, timers = systemTimers, first }: PairOptions = {},
): Promise<Paired> =>
  new Promise((resolve, reject) => {
    const side = sideOf(room.id, role, secrets)
    const isFirst = secrets.some(secret => secret.via !== 'again')
    const stops: Stop[] = []
    let stopTimer: Stop = () => {}
    let stopSignals: Stop = () => {}
    let isOver = false
    let stray = 0
    /** Counts how often the other side came or went: keys are those of one time. */
    let meeting = 0

    const over = (settle: () => void) => {
      if (isOver) return
      isOver = true
      stopTimer()
      stopSignals()
      for (const stop of stops) stop()
      settle()
    }
    const failed = (error: Error) => over(() => reject(error))
    /** `last` is told before the room ends, so that the other side knows why. */
    const leave = (error: WherryError, last?: PairingMessage) => {
      failed(error)
      void (last ? send(last) : Promise.resolve()).then(() => room.leave()).catch(() => {})
    }
    /** Whether it went out; if the connection broke, both appear to each other anew. */
    const send = async (message: PairingMessage): Promise<boolean> => {
      try {
        await room.signal(encodePairing(message))
        return true
      } catch (error) {
        if (!isReason(error, 'peer_away', 'disconnected'))
          failed(error instanceof Error ? error : new WherryError('internal'))
        return false
      }
    }

    const take = async ({ send: message, paired, failed: error }: NonNullable<Step>) => {
      if (error) return leave(error, message)
      if (!paired) return void (message && (await send(message)))
      // What comes from here on is sealed: it waits in the room for whoever has the keys.
      stopSignals()
      const own = meeting
      const isSent = !message || (await send(message))
      if (isSent && own === meeting) over(() => resolve(paired))
      else listen()
    }

    const received = (envelope: string) => {
      const message = decodePairing(envelope)
      const step = message && side.received(message)
      if (step) void take(step)
      else if (++stray > mostStray) leave(new WherryError('not_authentic'))
    }
    const listen = () => {
      if (isOver) return
      let hasStopped = false
      let stop: Stop = () => {}
      stopSignals = () => {
        hasStopped = true
        stop()
      }
      stop = room.onSignal(received)
      // What waited in the room may have been all that was needed.
      if (hasStopped) stop()
    }
    const presence = (present: boolean) => {
      meeting += 1
      stopTimer()
      if (!present) return
      if (isFirst) stopTimer = timers.after(firstPairingMs, () => leave(unreachable()))
      const step = side.appeared()
      if (step) void take(step)
    }

    if (signal?.aborted) return reject(new WherryError('cancelled', undefined, {}, { cause: signal.reason }))
    const abort = () => failed(new WherryError('cancelled', undefined, {}, { cause: signal?.reason }))
    signal?.addEventListener('abort', abort)
    stops.push(() => signal?.removeEventListener('abort', abort))
    stops.push(room.onEnd(failed))
    if (room.present) presence(true)
    if (first !== undefined) received(first)
    if (isOver) return
    stops.push(room.onPresence(presence))
    listen()
  })
