import type { Stop } from '../../client/core/api.ts'
import { createListeners } from '../../client/core/listeners.ts'
import type { Role, Room } from '../../client/core/peer/api.ts'
import { WherryError } from '../../protocol/errors.ts'

/** What the hub between the two does with an envelope: passes on what it returns. */
export type Between = (envelope: string, from: Role) => readonly string[]

/** Both seats of a room without a hub, and an in-between that may be evil. Envelopes arrive one by one, each in its own turn. */
export const roomPair = (id = 'room-room-room-room-ro', between: Between = envelope => [envelope]) => {
  const log: { from: Role; envelope: string }[] = []
  let isPresent = false
  let connection = 0

  const seat = () => {
    const signals = createListeners<string>()
    const presence = createListeners<boolean>()
    const ends = createListeners<WherryError>()
    return {
      signals,
      presence,
      ends,
      waiting: [] as string[],
      listening: 0,
      ended: null as WherryError | null,
    }
  }
  const seats = { sender: seat(), receiver: seat() }
  const otherOf = (role: Role): Role => (role === 'sender' ? 'receiver' : 'sender')

  const deliver = (to: Role, envelope: string) => {
    const { signals, waiting, listening } = seats[to]
    if (listening === 0) waiting.push(envelope)
    else signals.emit(envelope)
  }
  const setPresent = (present: boolean) => {
    isPresent = present
    connection += 1
    for (const { presence, waiting } of Object.values(seats)) {
      if (!present) waiting.length = 0
      presence.emit(present)
    }
  }
  const end = (role: Role, error: WherryError) => {
    const one = seats[role]
    if (one.ended) return
    one.ended = error
    one.ends.emit(error)
  }

  const room = (role: Role): Room => ({
    id,
    get present() {
      return isPresent
    },
    async signal(envelope) {
      if (!isPresent) throw new WherryError('peer_away')
      const at = connection
      log.push({ from: role, envelope })
      for (const passed of between(envelope, role))
        setImmediate(() => at === connection && deliver(otherOf(role), passed))
    },
    onSignal(listener) {
      const one = seats[role]
      one.listening += 1
      const stop: Stop = one.signals.add(listener)
      for (const envelope of one.waiting.splice(0)) listener(envelope)
      let isStopped = false
      return () => {
        if (!isStopped) one.listening -= 1
        isStopped = true
        stop()
      }
    },
    onPresence: listener => seats[role].presence.add(listener),
    onEnd(listener) {
      const { ended, ends } = seats[role]
      if (ended) queueMicrotask(() => listener(ended))
      return ends.add(listener)
    },
    openRelay: () => Promise.reject(new WherryError('busy')),
    turn: async () => ({ stun: [], turn: null }),
    async leave() {
      end(role, new WherryError('cancelled'))
      // Behind the envelopes that are on their way.
      setImmediate(() => end(otherOf(role), new WherryError('peer_left')))
    },
  })

  return {
    sender: room('sender'),
    receiver: room('receiver'),
    /** All envelopes that were sent, by whom. */
    log,
    connect: () => setPresent(true),
    /** What is on its way is lost. */
    cut: () => setPresent(false),
    /** Hands over an envelope that nobody sent. */
    inject: deliver,
    hasLeft: (role: Role) => seats[role].ended?.reason === 'cancelled',
  }
}
