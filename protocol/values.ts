import * as v from 'valibot'
import { errorSentences, type Reason } from './errors.ts'
import { levels } from './levels.ts'
import { limits } from './limits.ts'
import { nameProblem } from './names.ts'

/**
 * The vocabulary of the protocol: every value that travels is one of these schemas. Unknown keys are refused. What people
 * type themselves is refused with a whole sentence for them, which ends with a full stop.
 */

/** `words`: for people, where they type it. */
export const text = (maxChars: number, minChars = 0, words?: string) =>
  v.pipe(v.string(), v.minLength(minChars, words), v.maxLength(maxChars, words))

export const listOf = <const S extends v.GenericSchema>(schema: S, max: number, min = 0) =>
  v.pipe(v.array(schema), v.minLength(min), v.maxLength(max))

/** A whole number of 0 or more. */
export const count = (max: number = Number.MAX_SAFE_INTEGER, min = 0) =>
  v.pipe(v.number(), v.safeInteger(), v.minValue(min), v.maxValue(max))

/** 128 random bits as base64url: 22 characters. Clients make some of them, so that a repeated call has one effect. */
export const id = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z0-9_-]{22}$/, 'expected an id of 22 base64url characters'),
)

/** SHA-256 in lower-case hexadecimal. */
export const hash = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, 'expected a SHA-256 in hexadecimal'))

/** A stream number that the side opening a transfer chooses, valid for its connection. */
export const stream = count(0xffff_ffff)

/** Milliseconds since 1970 in UTC; before 1970 where a file says so. */
export const time = v.pipe(v.number(), v.safeInteger(), v.minValue(-limits.timeMs), v.maxValue(limits.timeMs))

/** The number in a code that two people exchange for a direct send. */
export const slot = count(limits.slots, 1)

export const seq = count()
export const index = count(0xffff_ffff)
export const fileSize = count(limits.fileBytes)

export const email = v.pipe(
  v.string(),
  v.trim(),
  v.maxLength(limits.emailChars, `An e-mail address has at most ${limits.emailChars} characters.`),
  v.regex(/^[^\s@]+@[^\s@]+$/, 'An e-mail address looks like name@example.org.'),
)
const personWords = `The name of a person has 1 to ${limits.personChars} characters.`
export const personName = v.pipe(
  v.string(),
  v.trim(),
  v.minLength(1, personWords),
  v.maxLength(limits.personChars, personWords),
)
export const password = text(
  limits.passwordMaxChars,
  limits.passwordMinChars,
  `A password has ${limits.passwordMinChars} to ${limits.passwordMaxChars} characters.`,
)
/** A password as typed at sign-in: the rules for new ones may have changed since it was chosen. */
export const anyPassword = text(
  limits.passwordMaxChars,
  1,
  `A password has 1 to ${limits.passwordMaxChars} characters.`,
)
export const token = text(limits.tokenChars, 1)

export const name = v.pipe(
  v.string(),
  v.maxLength(limits.nameBytes, `A name cannot be longer than ${limits.nameBytes} bytes.`),
  v.check(
    value => nameProblem(value) === null,
    ({ input }) => nameProblem(input) ?? '',
  ),
)

export const level = v.picklist(levels)

/** Why something failed: a word of protocol/errors.ts. */
export const reason = v.picklist(Object.keys(errorSentences) as [Reason, ...Reason[]])

export const chunkRef = v.strictObject({ hash, size: count(limits.chunkMaxBytes, 1) })
export type ChunkRef = v.InferOutput<typeof chunkRef>

/** What to do if the folder has that name already. */
export const onClash = v.picklist(['fail', 'keepBoth', 'replace'])
export type OnClash = v.InferOutput<typeof onClash>

export const person = v.strictObject({ id, name: v.string() })
export type Person = v.InferOutput<typeof person>

export const user = v.strictObject({
  id,
  email: v.string(),
  name: v.string(),
  role: v.picklist(['admin', 'member']),
  disabled: v.boolean(),
  createdAt: time,
  /** Of the personal space. */
  quotaBytes: v.nullable(count()),
  usedBytes: count(),
})
export type User = v.InferOutput<typeof user>

export const session = v.strictObject({
  id,
  agent: v.string(),
  address: v.string(),
  createdAt: time,
  lastSeenAt: time,
  current: v.boolean(),
})
export type Session = v.InferOutput<typeof session>

export const entry = v.strictObject({
  id,
  space: id,
  /** The folder that holds it; null for the root folder of a space. */
  folder: v.nullable(id),
  kind: v.picklist(['folder', 'file']),
  name: v.string(),
  /** Bytes; 0 for a folder. */
  size: count(),
  /** MIME type by content and name; null for a folder. */
  type: v.nullable(v.string()),
  /** Names the content and its cutting: equal digests mean equal bytes (protocol/digest.ts). Null for a folder. */
  digest: v.nullable(hash),
  version: v.nullable(id),
  /** The file's own date, as its uploader gave it; for a folder, when it was made. */
  modifiedAt: time,
  createdAt: time,
  /** Who changed it last. */
  by: v.nullable(person),
  /** The change number of its last change in its space. */
  seq,
})
export type Entry = v.InferOutput<typeof entry>

/** One row of a folder's history. `put`: the entry is now so in this folder. `removed`: it is no longer there. */
export const change = v.variant('kind', [
  v.strictObject({ kind: v.literal('put'), seq, entry }),
  v.strictObject({ kind: v.literal('removed'), seq, id, by: v.nullable(person) }),
])
export type Change = v.InferOutput<typeof change>

export const space = v.strictObject({
  id,
  kind: v.picklist(['personal', 'team']),
  name: v.string(),
  owner: v.nullable(person),
  root: id,
  level: v.nullable(level),
  usedBytes: count(),
  reservedBytes: count(),
  quotaBytes: v.nullable(count()),
})
export type Space = v.InferOutput<typeof space>

/** Who a grant is for. */
export const subject = v.variant('kind', [
  v.strictObject({ kind: v.literal('everyone') }),
  v.strictObject({ kind: v.literal('user'), user: id }),
  v.strictObject({ kind: v.literal('email'), email }),
])
export type Subject = v.InferOutput<typeof subject>

export const grant = v.strictObject({
  /** The folder or file that the grant is on: the asked one, or one above it. */
  entry: id,
  entryName: v.string(),
  subject: v.variant('kind', [
    v.strictObject({ kind: v.literal('everyone') }),
    v.strictObject({ kind: v.literal('user'), user: person, email: v.string() }),
  ]),
  level,
  inherited: v.boolean(),
  grantedAt: time,
})
export type Grant = v.InferOutput<typeof grant>

/** A grant with the place of what it is on, for whoever looks over many of them. */
export const placedGrant = v.strictObject({
  entry: id,
  spaceName: v.string(),
  /** Names from the asked folder, or from the root of the space, down to the entry itself; none for that folder or root. */
  path: listOf(v.string(), limits.pathNames),
  subject: grant.entries.subject,
  level,
  grantedAt: time,
  grantedBy: v.nullable(person),
})
export type PlacedGrant = v.InferOutput<typeof placedGrant>

/** Where a page of grants ended. `subject`: null for everyone. */
export const grantCursor = v.strictObject({ entry: id, subject: v.nullable(id) })
export type GrantCursor = v.InferOutput<typeof grantCursor>

/** An unfinished upload, as its owner sees it on any device. */
export const unfinishedUpload = v.strictObject({
  id,
  space: id,
  folder: id,
  name: v.string(),
  size: fileSize,
  modifiedAt: time,
  onClash,
  declaredBytes: count(),
  storedBytes: count(),
  createdAt: time,
  touchedAt: time,
  expiresAt: time,
  /** A connection has it open now: somebody is at it, here or on another device. */
  bound: v.boolean(),
})
export type UnfinishedUpload = v.InferOutput<typeof unfinishedUpload>

/** An upload into a folder, as the others who watch the folder see it. */
export const transferProgress = v.strictObject({
  upload: id,
  name: v.string(),
  size: fileSize,
  storedBytes: count(),
  by: person,
  state: v.picklist(['running', 'waiting', 'ended']),
})
export type TransferProgress = v.InferOutput<typeof transferProgress>

/** What a client needs to cut files as the hub's other clients do (client/core/upload/chunker.ts). */
export const chunking = v.strictObject({
  seed: text(64, 16),
  minBytes: count(limits.chunkMaxBytes, 1),
  averageBytes: count(limits.chunkMaxBytes, 1),
  maxBytes: count(limits.chunkMaxBytes, 1),
})
export type Chunking = v.InferOutput<typeof chunking>
