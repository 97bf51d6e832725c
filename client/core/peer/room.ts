import { WherryError } from '../../../protocol/errors.ts'
import type { EventName, ParamsInput } from '../../../protocol/table.ts'
import type { HubClient, Stop, Timers, TransferLink } from '../api.ts'
import { createListeners } from '../listeners.ts'
import { newId } from '../new-id.ts'
import { systemTimers } from '../timers.ts'
import type { Carrier, Room } from './api.ts'
import { openRelay } from './relay-carrier.ts'
import { createRoomEvents, type RoomEvent } from './room-events.ts'
import { createRoomSearch } from './room-search.ts'
import { createRoomSignals } from './room-signals.ts'
import { keepSeat } from './seat.ts'
import { createSignalPace, type SignalPace } from './signal-pace.ts'
import { within } from './within.ts'

export type Client = HubClient & TransferLink
type Joined = { room: string; present: boolean }
export type RoomOptions = { timers?: Timers }

/** The hub counts signals for each connection, whatever room they are for. */
const paces = new WeakMap<Client, SignalPace>()
const paceOf = (client: Client, timers: Timers): SignalPace => {
  const pace = paces.get(client) ?? createSignalPace(timers)
  paces.set(client, pace)
  return pace
}

const ended = {
  left: () => new WherryError('peer_left'),
  expired: () => new WherryError('not_found', 'This send is over: nobody came in time.'),
}

/**
 * Takes a seat and keeps it across reconnects: `first` takes it the first time, `again` on each further connection. The
 * client stays connected, signed in or not, for as long as the room lasts.
 */
export const openRoom = async (
  client: Client,
  first: () => Promise<Joined>,
  again: (room: string, retry: boolean) => Promise<boolean>,
  { timers = systemTimers }: RoomOptions,
): Promise<Room> => {
  const release = client.hold()
  const events = createRoomEvents(client)
  const { room: id, present: isPresent } = await first().catch(error => {
    events.stop()
    release()
    throw error
  })

  const signals = createRoomSignals()
  const presences = createListeners<boolean>()
  const ends = createListeners<WherryError>()
  if (isPresent) signals.open()
  let end: WherryError | null = null
  let present = isPresent
  /** Counts the times that the other side was there: what is asked for in one is not done in another. */
  let presence = 0
  let relay: { carrier: Carrier | null; presence: number } = { carrier: null, presence: -1 }

  const setPresent = (now: boolean) => {
    if (present === now) return
    present = now
    if (!now) {
      presence += 1
      signals.close()
      relay.carrier?.close()
    }
    presences.emit(now)
    if (present) signals.open()
  }

  const finish = (error: WherryError, keep?: Promise<unknown>) => {
    if (end) return
    end = error
    seat.stop()
    events.stop()
    setPresent(false)
    void (keep ?? Promise.resolve()).finally(release)
    ends.emit(error)
  }

  const heard = (name: EventName, event: RoomEvent) => {
    if (event.room !== id) return
    if ('envelope' in event) return signals.received(event.envelope)
    if (name === 'room.joined') {
      // Its connection was replaced.
      setPresent(false)
      return setPresent(true)
    }
    if (!('reason' in event)) return
    if (event.reason === 'away') setPresent(false)
    else finish(ended[event.reason]())
  }

  const lost = () => {
    events.hold(id)
    setPresent(false)
  }

  const seat = keepSeat({
    client,
    timers,
    take: () => again(id, false),
    lost,
    taken(isThere) {
      setPresent(isThere)
      events.pass(heard)
    },
    failed: finish,
  })
  if (seat.isSeated) events.pass(heard)
  else lost()

  const check = (): void => {
    if (end) throw end
    if (!seat.isSeated) throw new WherryError('disconnected')
    if (!present) throw new WherryError('peer_away')
  }

  return {
    id,
    get present() {
      return present
    },
    async signal(envelope) {
      check()
      const own = presence
      await paceOf(client, timers).run(async () => {
        check()
        if (own !== presence) throw new WherryError('peer_away')
        await client.call('room.signal', { room: id, envelope }, { retry: false })
      })
    },
    onSignal: signals.listen,
    onPresence: listener => presences.add(listener),
    onEnd(listener) {
      const stop: Stop = ends.add(listener)
      const error = end
      if (error) queueMicrotask(() => listener(error))
      return stop
    },
    async openRelay() {
      check()
      const own = presence
      relay.carrier?.close()
      const isReopened = relay.presence === own
      relay = { carrier: null, presence: own }
      const carrier = await openRelay(client, id, isReopened)
      if (own !== presence) carrier.close()
      else relay.carrier = carrier
      return carrier
    },
    turn: async () => {
      check()
      return client.call('room.turn', { room: id }, { retry: false })
    },
    async leave() {
      if (end) return
      const tell = async () => {
        // The hub listens to who has a seat.
        if (!seat.isSeated) await again(id, true)
        await client.call('room.leave', { room: id })
      }
      const told = tell().catch(() => {})
      finish(new WherryError('cancelled'), told)
      await told
    },
  }
}

/**
 * Takes the other seat, as a guest where nobody is signed in: by the slot of a code, or again by the room's id. The same
 * `seat` with the slot takes it again within the slot's time; a new one by default.
 */
export const joinRoom = (
  client: Client,
  by: ParamsInput<'room.join'>['by'],
  options: RoomOptions = {},
): Promise<Room> => {
  // The call may be sent again when its answer was lost.
  const named = by.kind === 'slot' ? { ...by, seat: by.seat ?? newId() } : by
  return openRoom(client, () => client.call('room.join', { by: named }), rejoin(client), options)
}

/**
 * Takes a seat again by the room's id, also where the hub does not know the room before its sender is back; `absent` is told
 * once then. Throws isRoomLost() after ten minutes, `cancelled` when the signal aborts.
 */
export const findRoom = async (
  client: Client,
  room: string,
  { timers = systemTimers, signal, absent }: RoomOptions & { signal: AbortSignal; absent(): void },
): Promise<Room> => {
  const search = createRoomSearch(timers)
  for (let isFirst = true; ; isFirst = false) {
    const pauseMs = await joinRoom(client, { kind: 'room', room }, { timers }).catch(search.pauseMs)
    if (typeof pauseMs !== 'number') return pauseMs
    if (isFirst) absent()
    await within(timers, pauseMs, aborted(signal))
    if (signal.aborted) throw new WherryError('cancelled')
  }
}

const aborted = (signal: AbortSignal): Promise<unknown> =>
  new Promise(resolve => {
    if (signal.aborted) resolve(undefined)
    else signal.addEventListener('abort', resolve, { once: true })
  })

/** Takes the other seat of a room that was offered to the user. */
export const acceptRoom = (client: Client, room: string, options: RoomOptions = {}): Promise<Room> =>
  openRoom(
    client,
    async () => ({ room, ...(await client.call('room.accept', { room })) }),
    rejoin(client),
    options,
  )

const rejoin = (client: Client) => async (room: string, retry: boolean) => {
  const { present } = await client.call('room.join', { by: { kind: 'room', room } }, { retry })
  return present
}
