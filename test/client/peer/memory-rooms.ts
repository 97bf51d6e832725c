import { createListeners } from '../../../client/core/listeners.ts'
import { newId } from '../../../client/core/new-id.ts'
import type { Carrier, Room } from '../../../client/core/peer/api.ts'
import { WherryError } from '../../../protocol/errors.ts'
import { memoryCarriers, type OnWay } from './memory-carriers.ts'

type Seat = {
  room: Room
  come(): void
  go(): void
}

/** A room in memory with two seats, as client/core/peer/room.ts makes them over a hub. Each seat may go and come again. */
export const memoryRoom = (options: { onWay?: OnWay; messageBytes?: number; bytesPerMs?: number } = {}) => {
  const id = newId()
  let here = [false, false]
  let hasEnded = false
  let relay: (ReturnType<typeof memoryCarriers> & { taken: boolean[] }) | null = null

  const seats: Seat[] = []
  const relays: ReturnType<typeof memoryCarriers>[] = []
  const closeRelay = () => {
    relay?.cut()
    relay = null
  }

  const seat = (
    own: 0 | 1,
  ): Seat & {
    heard(envelope: string): void
    presence(present: boolean): void
    ended(error: WherryError): void
  } => {
    const other = own === 0 ? 1 : 0
    const presences = createListeners<boolean>()
    const ends = createListeners<WherryError>()
    const signals = createListeners<string>()
    let listeners = 0
    let waiting: string[] = []
    let end: WherryError | null = null
    const room: Room = {
      id,
      get present() {
        return here[own] === true && here[other] === true
      },
      async signal(envelope) {
        if (!here[own]) throw new WherryError('disconnected')
        if (!here[other]) throw new WherryError('peer_away')
        await null
        all[other].heard(envelope)
      },
      onSignal(listener) {
        const stop = signals.add(listener)
        listeners++
        const missed = waiting
        waiting = []
        for (const envelope of missed) listener(envelope)
        let isStopped = false
        return () => {
          if (isStopped) return
          isStopped = true
          stop()
          listeners--
        }
      },
      onPresence: presences.add,
      onEnd(listener) {
        const error = end
        if (error) queueMicrotask(() => listener(error))
        return ends.add(listener)
      },
      async openRelay(): Promise<Carrier> {
        if (!room.present) throw new WherryError('peer_away')
        if (!relay || relay.taken[own]) {
          closeRelay()
          relay = Object.assign(memoryCarriers('relayed', options), { taken: [false, false] })
          relays.push(relay)
        }
        relay.taken[own] = true
        return relay[own]
      },
      turn: async () => ({ stun: [], turn: null }),
      async leave() {
        if (hasEnded) return
        hasEnded = true
        closeRelay()
        here = [false, false]
        all[own].ended(new WherryError('cancelled'))
        all[other].ended(new WherryError('peer_left'))
      },
    }
    return {
      room,
      heard(envelope) {
        if (listeners === 0) waiting.push(envelope)
        else signals.emit(envelope)
      },
      presence(present) {
        if (!present) waiting = []
        presences.emit(present)
      },
      ended(error) {
        end = error
        ends.emit(error)
      },
      come() {
        here[own] = true
        if (here[other]) for (const one of all) one.presence(true)
      },
      go() {
        const wasPresent = room.present
        here[own] = false
        closeRelay()
        if (wasPresent) for (const one of all) one.presence(false)
      },
    }
  }
  const all = [seat(0), seat(1)] as const
  seats.push(...all)
  return { sender: all[0] as Seat, receiver: all[1] as Seat, relays, cutRelay: closeRelay }
}
