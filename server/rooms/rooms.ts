import { WherryError } from '../../protocol/errors.ts'
import type { EventParams, Result } from '../../protocol/table.ts'
import type { Person } from '../../protocol/values.ts'
import type { Config } from '../config.ts'
import type { Connection, UserPrincipal } from '../connection.ts'
import { addressKey } from '../transport/addresses.ts'
import { newRoom, otherSeat, type Room, type Seat, seatsOf } from './room.ts'
import { createSlots } from './slots.ts'

/** `seat`: what the caller calls the seat, to come by the same slot again. */
type BySlot = { slot: number; seat: string | null }

/** Rooms and who sits in them. A call that throws has changed nothing. */
export type Rooms = {
  /** Opens a room, or seats its creator again. `conflict` if it is somebody else's, `too_many_requests`, `busy`. */
  create(connection: Connection, user: UserPrincipal, id: string, hasSlot: boolean): Result<'room.create'>
  /** Seats the connection in the second seat; null if nothing like that is known, `unauthenticated` or `forbidden` if another user accepted it. */
  join(connection: Connection, user: string | null, by: BySlot | { room: string }): Result<'room.join'> | null
  /** Notes who the room is offered to, and of two who met before keeps it for them; `conflict` if that is somebody else already. */
  offer(seat: Seat, offer: NonNullable<Room['offer']>): void
  /** What waits for the user to be accepted. */
  offersTo(user: string): { room: string; from: Person }[]
  /** Takes the second seat of a room that was offered to the user; null if there is none. */
  accept(connection: Connection, user: string, id: string): Result<'room.accept'> | null
  /** Ends the room if the connection sits in it, or the user made it or may still accept it. */
  leave(connection: Connection, user: string | null, id: string): void
  seatOf(connection: Connection, id: string): Seat | null
  /** Ends what is over. To be called every few seconds; what is over is not found before that either. */
  sweep(): void
  readonly count: number
}

export type RoomParts = {
  config: Pick<Config, 'roomsPerUser' | 'roomsPerAddress'>
  clock: () => number
  connections: {
    seated(connection: Connection, hasSeat: boolean): void
    of(user: string): Iterable<Connection>
  }
  relays: { end(room: Room): void; sweep(): void }
}

/** A slot that nobody used ends with its room after this time. */
export const slotMs = 10 * 60 * 1000
/** So long a room waits for somebody to come back when both seats are empty. */
export const emptyRoomMs = 24 * 60 * 60 * 1000
/** Seats that one connection can have: of a sender with as many receivers. */
export const seatsPerConnection = 64

type Leaving = EventParams<'room.left'>['reason']

export const createRooms = (parts: RoomParts): Rooms => {
  const { config, clock, connections, relays } = parts
  const rooms = new Map<string, Room>()
  const seats = new Map<Connection, Map<string, Seat>>()
  const slots = createSlots()

  const tell = (seat: Seat, reason: Leaving): void =>
    void seat.connection?.notify('room.left', { room: seat.room.id, reason })

  const tellOffered = ({ id, offer }: Room, reason: Leaving, except: Connection | null): void => {
    if (offer === null || offer.user === null) return
    for (const connection of connections.of(offer.user)) {
      // Who sends to another device of their own has a seat, and hears of it by that.
      if (connection === except || seats.get(connection)?.has(id)) continue
      connection.notify('room.left', { room: id, reason })
    }
  }

  const vacate = (seat: Seat): void => {
    const { connection, room } = seat
    if (connection === null) return
    relays.end(room)
    seat.unfollow()
    seat.connection = null
    const held = seats.get(connection)
    held?.delete(room.id)
    if (held?.size === 0) {
      seats.delete(connection)
      connections.seated(connection, false)
    }
    if (otherSeat(seat).connection === null) room.emptySince = clock()
  }

  const useSlot = (room: Room): void => {
    if (room.slot !== null) slots.use(room.slot, room.slotExpiresAt)
    room.slot = null
  }

  const end = (room: Room, reason: Leaving, leaver: Connection | null): void => {
    rooms.delete(room.id)
    for (const seat of seatsOf(room)) {
      if (seat.connection !== leaver) tell(seat, reason)
      vacate(seat)
    }
    if (room.slot === null) return
    slots.free(room.slot)
    tellOffered(room, reason, leaver)
  }

  const isOver = (room: Room, now: number): boolean =>
    room.slot !== null
      ? room.slotExpiresAt <= now
      : room.emptySince !== null && room.emptySince + emptyRoomMs <= now

  const find = (id: string): Room | null => {
    const room = rooms.get(id)
    if (room === undefined) return null
    if (!isOver(room, clock())) return room
    end(room, 'expired', null)
    return null
  }

  const findBySlot = ({ slot, seat }: BySlot): Room | null => {
    const open = slots.roomOf(slot)
    if (open !== null) return find(open)
    const used = find(slots.usedFor(slot) ?? '')
    // The answer may have been lost, and who is no user has nothing else to be known by.
    const isSame = seat !== null && used?.cameAs === seat && clock() < used.slotExpiresAt
    return isSame ? used : null
  }

  /** Says whether the connection may take the seat, before anything is changed. */
  const check = (connection: Connection, seat: Seat | null): void => {
    if (connection.closed) throw new WherryError('disconnected')
    const held = seats.get(connection)
    if (seat !== null && otherSeat(seat).connection === connection) {
      throw new WherryError('conflict', 'This connection has the other seat of the room.')
    }
    if (seat?.connection !== connection && (held?.size ?? 0) >= seatsPerConnection) {
      throw new WherryError(
        'too_many_requests',
        `One connection can have ${seatsPerConnection} direct sends at a time.`,
      )
    }
  }

  const sit = (connection: Connection, seat: Seat): boolean => {
    const { room } = seat
    const other = otherSeat(seat)
    if (seat.connection !== connection) {
      // So that the other side sees an end before a beginning, also where a half-dead connection is replaced.
      if (seat.connection !== null) tell(other, 'away')
      vacate(seat)
      seat.connection = connection
      seat.unfollow = connection.onClose(() => {
        vacate(seat)
        tell(other, 'away')
      })
      const held = seats.get(connection) ?? new Map<string, Seat>()
      seats.set(connection, held.set(room.id, seat))
      connections.seated(connection, true)
      room.emptySince = null
      other.connection?.notify('room.joined', { room: room.id })
    }
    return other.connection !== null
  }

  /** Room for one more below a limit: the one that was empty longest makes way. */
  const makeRoom = (limit: number, isCounted: (room: Room) => boolean): void => {
    const counted = [...rooms.values()].filter(isCounted)
    if (counted.length < limit) return
    const empty = counted.filter(room => room.emptySince !== null)
    const [oldest] = empty.sort((a, b) => (a.emptySince ?? 0) - (b.emptySince ?? 0))
    if (oldest === undefined) {
      throw new WherryError('too_many_requests', 'Too many direct sends are open. End one of them first.')
    }
    end(oldest, 'expired', null)
  }

  const takeSlot = (id: string): number => {
    const slot = slots.take(id)
    if (slot === null) throw new WherryError('busy', 'All codes are in use at the moment. Try again later.')
    return slot
  }

  const open = (connection: Connection, user: UserPrincipal, id: string, hasSlot: boolean): Room => {
    const address = addressKey(connection.address)
    makeRoom(config.roomsPerUser, room => room.creator.id === user.user)
    makeRoom(config.roomsPerAddress, room => room.address === address)
    const slot = hasSlot ? takeSlot(id) : null
    const creator = { id: user.user, name: user.name }
    const room = newRoom({ id, creator, address, slot, slotExpiresAt: clock() + slotMs })
    rooms.set(id, room)
    return room
  }

  const sitSecond = (connection: Connection, room: Room): boolean => {
    check(connection, room.second)
    if (room.slot !== null) tellOffered(room, 'left', connection)
    useSlot(room)
    return sit(connection, room.second)
  }

  return {
    create: (connection, user, id, hasSlot) => {
      const known = find(id)
      if (known !== null && known.creator.id !== user.user) throw new WherryError('conflict')
      check(connection, known?.first ?? null)
      const room = known ?? open(connection, user, id, hasSlot)
      const present = sit(connection, room.first)
      return { slot: room.slot, slotExpiresAt: room.slot === null ? null : room.slotExpiresAt, present }
    },
    join: (connection, user, by) => {
      const room = 'slot' in by ? findBySlot(by) : find(by.room)
      if (room === null) return null
      if (room.isAccepted && (user === null || room.offer?.user !== user)) {
        const words = 'This was sent to a person of the hub: sign in as that person to go on.'
        throw new WherryError(user === null ? 'unauthenticated' : 'forbidden', words)
      }
      const present = sitSecond(connection, room)
      if ('slot' in by) room.cameAs = by.seat
      return { room: room.id, present }
    },
    offer: ({ room }, offer) => {
      if (room.offer !== null && room.offer.email !== offer.email) {
        throw new WherryError('conflict', 'This was offered to somebody else. Start another one.')
      }
      if (room.isAccepted) return
      room.offer = offer
      room.isAccepted = !room.hadSlot
    },
    offersTo: user =>
      [...rooms.values()]
        .filter(room => room.slot !== null && room.offer?.user === user && !isOver(room, clock()))
        .map(({ id, creator }) => ({ room: id, from: creator })),
    accept: (connection, user, id) => {
      const room = find(id)
      if (room?.offer?.user !== user || (room.slot === null && !room.isAccepted)) return null
      const present = sitSecond(connection, room)
      room.isAccepted = true
      return { present }
    },
    leave: (connection, user, id) => {
      const room = find(id)
      if (room === null) return
      const isIn = seats.get(connection)?.has(id) === true
      const isCreator = user !== null && user === room.creator.id
      const mayAccept = user !== null && room.slot !== null && user === room.offer?.user
      if (isIn || isCreator || mayAccept) end(room, 'left', connection)
    },
    seatOf: (connection, id) => (find(id) === null ? null : (seats.get(connection)?.get(id) ?? null)),
    sweep: () => {
      slots.sweep(clock())
      relays.sweep()
      for (const id of [...rooms.keys()]) find(id)
    },
    get count() {
      return rooms.size
    },
  }
}
