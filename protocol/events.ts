import * as v from 'valibot'
import { event } from './call.ts'
import { limits } from './limits.ts'
import {
  change,
  count,
  id,
  index,
  level,
  listOf,
  person,
  reason,
  seq,
  stream,
  text,
  transferProgress,
} from './values.ts'

/** Everything that the hub says unasked: JSON-RPC notifications. */
export const events = {
  'folder.changed': event({
    doc: 'All changes of a watched folder with `from` < seq <= `to`. A client whose cursor is below `from` has missed some: it asks folder.changes.',
    params: v.strictObject({ folder: id, from: seq, to: seq, changes: listOf(change, limits.changesBatch) }),
  }),
  'path.changed': event({
    doc: 'A watched folder, or a folder above it, was renamed or moved: entry.get answers the name and the path now.',
    params: v.strictObject({ folder: id }),
  }),
  'presence.changed': event({
    doc: 'Who has a watched folder open now.',
    params: v.strictObject({ folder: id, people: listOf(person, limits.listItems) }),
  }),
  'transfer.progressed': event({
    doc: 'How far uploads into a watched folder are, with what arrived of chunks that are not whole; at most twice a second for each folder. No history.',
    params: v.strictObject({ folder: id, uploads: listOf(transferProgress, limits.listItems) }),
  }),
  'access.changed': event({
    doc: `The caller's level on an entry, after a grant to the caller or to everyone changed there or its entry was deleted, moved, renamed or replaced, or the level on a watched folder did; null if it is not readable. What is below it may have changed as well: where more than ${limits.accessChanges} entries would be told at once, the roots of their spaces are told instead. Watches and transfers that it ended are over already.`,
    params: v.strictObject({ space: id, entry: id, level: v.nullable(level) }),
  }),
  'access.edited': event({
    doc: 'What access.list and access.review answer on a watched folder, or on what is in it, may be different now: grants changed there or above. Told to those who have level admin in the folder, at most five times a second for each folder; not told in a folder from which something with grants was deleted or moved away.',
    params: v.strictObject({ folder: id }),
  }),
  'session.ended': event({
    doc: 'This session is over; the hub closes the connection next.',
    params: v.strictObject({ reason: v.picklist(['logout', 'revoked', 'reused', 'disabled', 'password']) }),
  }),
  'hub.closing': event({
    doc: 'The hub stops: connect again after this time.',
    params: v.strictObject({ retryAfterMs: count() }),
  }),
  'room.joined': event({
    doc: 'The other seat of the room is taken, or taken again: signals reach it now.',
    params: v.strictObject({ room: id }),
  }),
  'room.offered': event({
    doc: 'Somebody of this hub wants to send something directly: room.accept or room.leave answers.',
    params: v.strictObject({ room: id, from: person }),
  }),
  'room.signalled': event({
    doc: 'An envelope from the other seat.',
    params: v.strictObject({ room: id, envelope: text(limits.envelopeChars, 1) }),
  }),
  'room.credited': event({
    doc: 'The other side took bytes of the relay: as many more may be sent.',
    params: v.strictObject({ room: id, credit: count() }),
  }),
  'room.relayEnded': event({
    doc: 'The relay of this room carries no more; what still comes on its streams is dropped. `quota_exceeded`: as much went through it as the hub allows for one room.',
    params: v.strictObject({ room: id, reason }),
  }),
  'room.left': event({
    doc: 'The other seat is empty. `away`: its connection was lost, it may come back. `left`: it ended the room. `expired`: nobody came in time, or the room was idle too long. After `left` and `expired` the room is gone. Told to those to whom the room was offered, too, when there is nothing to accept any more.',
    params: v.strictObject({ room: id, reason: v.picklist(['away', 'left', 'expired']) }),
  }),
  'upload.stored': event({
    doc: 'These chunks of the stream are durable, and this many bytes of credit are given back.',
    params: v.strictObject({ stream, chunks: listOf(index, limits.declareBatch), credit: count() }),
  }),
  'upload.arrived': event({
    doc: 'So many bytes of this chunk have come, from its start, and the rest not yet. Told of an upload of which nothing else was told for a second: where chunks take long.',
    params: v.strictObject({ stream, chunk: index, bytes: count() }),
  }),
  'upload.credited': event({
    doc: 'More credit, for a connection that had to wait for it.',
    params: v.strictObject({ credit: count() }),
  }),
  'upload.refused': event({
    doc: 'This chunk was not stored, and why. For `chunk_mismatch` the client sends it again; other reasons end the upload until it is resumed.',
    params: v.strictObject({
      stream,
      chunk: index,
      reason,
      message: v.string(),
      credit: count(),
    }),
  }),
}
