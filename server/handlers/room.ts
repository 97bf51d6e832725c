import { WherryError } from '../../protocol/errors.ts'
import { limits } from '../../protocol/limits.ts'
import { emailKey } from '../../protocol/names.ts'
import { asUser } from '../connection.ts'
import type { Handler, Hub } from '../context.ts'
import { otherSeat, type Seat } from '../rooms/room.ts'
import { peerServers } from '../rooms/turn.ts'

const seatIn = (
  rooms: Hub['rooms'],
  connection: Parameters<Hub['rooms']['seatOf']>[0],
  room: string,
): Seat => {
  const seat = rooms.seatOf(connection, room)
  if (seat === null) throw new WherryError('not_found')
  return seat
}

export const createRoom: Handler<'room.create'> = async ({ rooms, connection, principal }, { room, slot }) =>
  rooms.create(connection, principal, room, slot)

export const joinRoom: Handler<'room.join'> = async (context, { by }) => {
  const { rooms, roomLimits, connection, principal } = context
  await roomLimits.guess(connection.address, by.kind)
  const joined = rooms.join(connection, asUser(principal)?.user ?? null, by)
  if (joined === null) throw new WherryError('not_found', 'There is no such send, or its time is over.')
  await roomLimits.guessedRight(connection.address, by.kind)
  return joined
}

export const offerRoom: Handler<'room.offer'> = async (context, { room, email }) => {
  const { storage, rooms, roomLimits, connection, principal, connectionsOf } = context
  const seat = seatIn(rooms, connection, room)
  if (principal.kind !== 'user' || seat !== seat.room.first) throw new WherryError('forbidden')
  const rings = seat.room.slot !== null
  if (rings) await roomLimits.offer(principal.user)
  const found = await storage.users.findByEmail(email)
  const user = found === null || found.disabled ? null : found.id
  rooms.offer(seat, { email: emailKey(email), user })
  // After the answer, which takes as long where there is nobody.
  setImmediate(() => {
    if (!rings || user === null || rooms.seatOf(connection, room) === null) return
    for (const one of connectionsOf(user)) {
      if (one !== connection) one.notify('room.offered', { room, from: seat.room.creator })
    }
  })
  return {}
}

export const listOffers: Handler<'room.listOffers'> = async ({ rooms, connection, principal }) => {
  // Who sends to another device of their own is not asked to accept it.
  const offers = rooms.offersTo(principal.user).filter(({ room }) => rooms.seatOf(connection, room) === null)
  return { offers: offers.slice(0, limits.listItems) }
}

export const acceptRoom: Handler<'room.accept'> = async ({ rooms, connection, principal }, { room }) => {
  const accepted = rooms.accept(connection, principal.user, room)
  if (accepted === null) throw new WherryError('not_found', 'This send is over.')
  return accepted
}

export const leaveRoom: Handler<'room.leave'> = async ({ rooms, connection, principal }, { room }) => {
  rooms.leave(connection, asUser(principal)?.user ?? null, room)
  return {}
}

export const signalPeer: Handler<'room.signal'> = async (context, { room, envelope }) => {
  const { rooms, roomLimits, connection } = context
  roomLimits.signal(connection)
  const { connection: peer } = otherSeat(seatIn(rooms, connection, room))
  if (peer === null || !peer.notify('room.signalled', { room, envelope })) throw new WherryError('peer_away')
  return {}
}

export const openRelay: Handler<'room.relay'> = async ({ rooms, relays, connection }, { room, stream }) => ({
  credit: relays.open(seatIn(rooms, connection, room), connection, stream),
})

export const listPeerServers: Handler<'room.turn'> = async ({ config, clock, newId }) =>
  peerServers(config, clock(), newId())
