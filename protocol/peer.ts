import * as v from 'valibot'
import { limits } from './limits.ts'
import { count, fileSize, hash, id, index, listOf, name, text, time } from './values.ts'

/** Bounds of what two peers tell each other; the hub sees none of it. */
export const peerLimits = {
  /** Files and empty folders in one send. */
  files: 100_000,
  /** A snippet of text. */
  textChars: 256 * 1024,
  /** UTF-8 bytes of all paths of an offer. */
  pathBytes: 32 * 1024 * 1024,
  fromChars: 200,
  /** One control message, as JSON. */
  controlBytes: 1024 * 1024,
  filesPage: 1000,
  hashesPage: 4096,
} as const

/** A name that is one on every system: on some, a backslash parts folders. */
const safeName = v.pipe(
  name,
  v.check(value => !value.includes('\\'), 'not a safe name'),
)

const peerFile = v.strictObject({
  path: listOf(safeName, limits.pathNames, 1),
  kind: v.picklist(['file', 'folder']),
  size: fileSize,
  modifiedAt: time,
})

/** Why a side gives up; each says it in its own words. */
export const peerFailures = [
  'file_changed',
  'no_room',
  'not_found',
  'too_large',
  'chunk_mismatch',
  'window_overrun',
  'invalid_message',
  'internal',
] as const

/** All that two peers say besides bytes of files. The sender offers, the receiver wants file by file. */
const peerMessage = v.variant('kind', [
  /** Followed by `files` until there are as many as said here. */
  v.strictObject({
    kind: v.literal('offer'),
    transfer: id,
    from: text(peerLimits.fromChars),
    text: v.nullable(text(peerLimits.textChars)),
    files: count(peerLimits.files),
  }),
  v.strictObject({ kind: v.literal('files'), files: listOf(peerFile, peerLimits.filesPage, 1) }),
  v.strictObject({ kind: v.literal('accept') }),
  v.strictObject({ kind: v.literal('decline') }),
  /** Hashes of chunks of a file that are durable already, from this index on; comes before its `want`. */
  v.strictObject({
    kind: v.literal('have'),
    file: index,
    from: index,
    hashes: listOf(hash, peerLimits.hashesPage, 1),
  }),
  /** These files may come now, in this order. */
  v.strictObject({ kind: v.literal('want'), files: listOf(index, peerLimits.filesPage, 1) }),
  /** So many more bytes may come; how much is durable in all. */
  v.strictObject({
    kind: v.literal('progress'),
    credit: count(),
    doneBytes: count(),
    doneFiles: count(peerLimits.files),
  }),
  v.strictObject({ kind: v.literal('pause'), paused: v.boolean() }),
  v.strictObject({ kind: v.literal('cancel') }),
  v.strictObject({
    kind: v.literal('failed'),
    reason: v.picklist(peerFailures),
    file: v.nullable(index),
  }),
  /** All is durable. */
  v.strictObject({ kind: v.literal('done') }),
])
export type PeerMessage = v.InferOutput<typeof peerMessage>

/** Null for what is none. */
export const parsePeerMessage = (value: unknown): PeerMessage | null => {
  const parsed = v.safeParse(peerMessage, value)
  return parsed.success ? parsed.output : null
}
