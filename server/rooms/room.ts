import type { Person } from '../../protocol/values.ts'
import type { Connection } from '../connection.ts'

/** One of the two places in a room. Nobody is there while `connection` is null. */
export type Seat = {
  readonly room: Room
  connection: Connection | null
  /** Lets go of the connection's close. */
  unfollow: () => void
}

/** Where two peers meet. It is in memory only: the hub keeps nothing of what goes through it. */
export type Room = {
  readonly id: string
  readonly creator: Person
  /** Where it was created from, as limits count it. */
  readonly address: string
  /** The creator's. */
  readonly first: Seat
  readonly second: Seat
  /** Null once the second seat was taken for the first time, and in a room of two who met before. */
  slot: number | null
  readonly slotExpiresAt: number
  /** It was opened for whoever comes, not for two who met before. */
  readonly hadSlot: boolean
  /** What whoever came by the slot calls the second seat: they may come by it again. */
  cameAs: string | null
  /** The one person that it was offered to; `user` is null where there is nobody with that address. */
  offer: { email: string; user: string | null } | null
  /** The second seat is only for who it was offered to: they took it, here or before the hub forgot it. */
  isAccepted: boolean
  /** Since when both seats are empty; null while one is not. */
  emptySince: number | null
  relayedBytes: number
}

export const otherSeat = (seat: Seat): Seat => (seat === seat.room.first ? seat.room.second : seat.room.first)

export const seatsOf = (room: Room): readonly [Seat, Seat] => [room.first, room.second]

export const newRoom = (parts: Pick<Room, 'id' | 'creator' | 'address' | 'slot' | 'slotExpiresAt'>): Room => {
  const seat = (): Seat => ({ room, connection: null, unfollow: () => undefined })
  const room: Room = {
    ...parts,
    hadSlot: parts.slot !== null,
    // Each seat names its room, and the room its seats.
    get first() {
      return first
    },
    get second() {
      return second
    },
    cameAs: null,
    offer: null,
    isAccepted: false,
    emptySince: null,
    relayedBytes: 0,
  }
  const first = seat()
  const second = seat()
  return room
}
