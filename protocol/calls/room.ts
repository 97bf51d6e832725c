import * as v from 'valibot'
import { call } from '../call.ts'
import { limits } from '../limits.ts'
import { count, email, id, listOf, person, slot, stream, text, time } from '../values.ts'

const room = { room: id }

export const roomCalls = {
  'room.create': call({
    doc: 'Opens a room for a direct send under an id that the client made, and seats the caller in it. Its slot admits one other, once, for ten minutes. The same id again, by the same user, takes the seat again and changes nothing else. `slot: false` opens the room without a slot, for two who met before a restart of the hub made it forget the room: both know its id.',
    access: 'session',
    params: v.strictObject({ ...room, slot: v.optional(v.boolean(), true) }),
    result: v.strictObject({
      /** Null where there is none, once somebody came through it, or its time is over. */
      slot: v.nullable(slot),
      slotExpiresAt: v.nullable(time),
      /** The other seat is taken by a live connection. */
      present: v.boolean(),
    }),
    errors: ['conflict', 'too_many_requests'],
  }),
  'room.join': call({
    doc: 'Takes the other seat of a room: through its slot, which is used up by it, or again by the room id, which only the two know; the connection that had the seat before loses it. An id that the caller made up for the seat may go with the slot: with it the same slot takes the seat again, until the time of the slot is over, for an answer that was lost. The seat of a room that somebody accepted is only theirs. Before sign-in the connection becomes a guest, who may do nothing but what rooms allow.',
    access: 'anyone',
    guarded: true,
    params: v.strictObject({
      by: v.variant('kind', [
        v.strictObject({ kind: v.literal('slot'), slot, seat: v.optional(v.nullable(id), null) }),
        v.strictObject({ kind: v.literal('room'), room: id }),
      ]),
    }),
    result: v.strictObject({ room: id, present: v.boolean() }),
    errors: ['not_found', 'forbidden', 'conflict', 'too_many_requests'],
  }),
  'room.offer': call({
    doc: 'Tells the person with this e-mail address, wherever signed in, that a send waits in the room: event room.offered. Answers the same whether there is such a person or not. Only who created the room may do it, for one person; again for the same one tells again. In a room without a slot it tells nobody: it keeps the other seat for that person, who accepted it before a restart of the hub.',
    access: 'room',
    params: v.strictObject({ ...room, email }),
    result: v.strictObject({}),
    errors: ['forbidden', 'conflict', 'too_many_requests'],
  }),
  'room.listOffers': call({
    doc: 'What was offered to the caller and waits to be accepted, also from before this connection. Further ones come as room.offered.',
    access: 'session',
    params: v.strictObject({}),
    result: v.strictObject({ offers: listOf(v.strictObject({ room: id, from: person }), limits.listItems) }),
    errors: [],
  }),
  'room.accept': call({
    doc: 'Takes the other seat of a room that was offered to the caller.',
    access: 'session',
    params: v.strictObject(room),
    result: v.strictObject({ present: v.boolean() }),
    errors: ['not_found', 'conflict', 'too_many_requests'],
  }),
  'room.leave': call({
    doc: 'Gives the seat back for good and ends the room; also how an offer is declined. Twice is as once.',
    access: 'anyone',
    params: v.strictObject(room),
    result: v.strictObject({}),
    errors: [],
  }),
  'room.signal': call({
    doc: 'Passes a sealed envelope, which the hub cannot read, to the other seat: event room.signalled. At most 20 a second.',
    access: 'room',
    params: v.strictObject({ ...room, envelope: text(limits.envelopeChars, 1) }),
    result: v.strictObject({}),
    errors: ['peer_away', 'too_many_requests'],
  }),
  'room.relay': call({
    doc: 'Names the stream of this connection on which the bytes of the other seat come, and on which its own go there. Slices cost their length of the credit that is answered, an empty one that of its header; more follows with room.credited, and the window of who fills it widens. The hub keeps no byte longer than until the other side took it. No credit is given until both seats have named a stream. When either connection is lost or another takes its seat, both have to name one again; what still comes on the old one is dropped.',
    access: 'room',
    params: v.strictObject({ ...room, stream }),
    result: v.strictObject({ credit: count() }),
    errors: ['busy', 'conflict', 'quota_exceeded'],
  }),
  'room.turn': call({
    doc: 'The servers that help two peers to find a direct way, as far as the administrator named any, with credentials for a TURN server that hold for some hours.',
    access: 'room',
    params: v.strictObject(room),
    result: v.strictObject({
      stun: listOf(text(1024), limits.listItems),
      turn: v.nullable(
        v.strictObject({
          urls: listOf(text(1024), limits.listItems),
          username: text(1024),
          credential: text(1024),
          expiresAt: time,
        }),
      ),
    }),
    errors: [],
  }),
}
