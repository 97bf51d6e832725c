import * as v from 'valibot'
import { limits } from '../protocol/limits.ts'
import { email, password } from '../protocol/values.ts'
import {
  bytes,
  commaList,
  flag,
  host,
  networks,
  origin,
  path,
  stunUrl,
  turnUrl,
  whole,
} from './setting-schemas.ts'

/** One setting: an environment variable, what holds without it (null: nothing), how it is read, what it does. */
export type Setting = {
  env: string
  default: string | null
  schema: v.GenericSchema<string, unknown>
  doc: string
}

export type SettingValue<S extends Setting> =
  | v.InferOutput<S['schema']>
  | (S['default'] extends null ? null : never)

const setting = <const S extends Setting>(one: S): S => one

const MiB = 2 ** 20

/** Answers to signed addresses that run at the same time, for all users together: each holds a few chunks in memory. */
export const signedDownloads = 200

/** Every setting of the hub; the README's table is made from it. */
export const settings = {
  data: setting({
    env: 'WHERRY_DATA',
    default: './data',
    schema: path,
    doc: 'Directory for all that the hub keeps.',
  }),
  host: setting({
    env: 'WHERRY_HOST',
    default: '127.0.0.1',
    schema: host,
    doc: 'Address to listen on. The default takes connections from this machine only; `0.0.0.0` from everywhere.',
  }),
  port: setting({
    env: 'WHERRY_PORT',
    default: '8080',
    schema: whole(0, 65535),
    doc: 'Port to listen on; 0 for any free one.',
  }),
  url: setting({
    env: 'WHERRY_URL',
    default: null,
    schema: origin,
    doc: 'Public address of the hub, such as `https://files.example.org`. By default `http://localhost:PORT`.',
  }),
  origins: setting({
    env: 'WHERRY_ORIGINS',
    default: '',
    schema: commaList(origin),
    doc: 'Further origins, separated by commas, whose pages may use the hub.',
  }),
  trustedProxies: setting({
    env: 'WHERRY_TRUSTED_PROXIES',
    default: '',
    schema: networks,
    doc: 'Addresses and networks of proxies, separated by commas, whose word on the address of a client is believed.',
  }),
  addressHeader: setting({
    env: 'WHERRY_ADDRESS_HEADER',
    default: 'X-Forwarded-For',
    schema: v.pipe(
      v.string(),
      v.toLowerCase(),
      v.picklist(['x-forwarded-for', 'x-real-ip'], 'expected X-Forwarded-For or X-Real-IP'),
    ),
    doc: 'The header in which they say it: `X-Forwarded-For` or `X-Real-IP`. The other one is not read, because a proxy that does not set it passes on what the client wrote.',
  }),
  adminEmail: setting({
    env: 'WHERRY_ADMIN_EMAIL',
    default: null,
    schema: email,
    doc: 'Makes the first administrator without the setup link, together with the next one.',
  }),
  adminPassword: setting({
    env: 'WHERRY_ADMIN_PASSWORD',
    default: null,
    schema: password,
    doc: 'Password of the first administrator; read only while there is none.',
  }),
  masterKey: setting({
    env: 'WHERRY_MASTER_KEY',
    default: null,
    schema: v.pipe(
      v.string(),
      v.regex(/^[A-Za-z0-9_+/=-]{43,64}$/, 'expected 32 bytes as base64 or hexadecimal'),
    ),
    doc: 'The key that wraps the data keys: 32 bytes as base64 or hexadecimal. By default a file in the data directory.',
  }),
  masterKeyFile: setting({
    env: 'WHERRY_MASTER_KEY_FILE',
    default: null,
    schema: path,
    doc: 'A file with the master key.',
  }),
  allowMissingSegments: setting({
    env: 'WHERRY_ALLOW_MISSING_SEGMENTS',
    default: '0',
    schema: flag,
    doc: 'With 1 the hub starts although segments are missing, and takes what it cannot read for damaged, so that uploading it again heals it. For one start, after stored data was lost for good.',
  }),
  tlsCert: setting({
    env: 'WHERRY_TLS_CERT',
    default: null,
    schema: path,
    doc: 'PEM file with the certificate chain: the hub speaks TLS itself.',
  }),
  tlsKey: setting({
    env: 'WHERRY_TLS_KEY',
    default: null,
    schema: path,
    doc: 'PEM file with the private key of the certificate.',
  }),
  maxFileBytes: setting({
    env: 'WHERRY_MAX_FILE_BYTES',
    default: '1T',
    schema: bytes(1, limits.fileBytes),
    doc: 'Largest file.',
  }),
  defaultQuotaBytes: setting({
    env: 'WHERRY_DEFAULT_QUOTA_BYTES',
    default: null,
    schema: bytes(0, limits.fileBytes),
    doc: 'Quota of new personal spaces for which none is given; unlimited by default.',
  }),
  maxSpaceEntries: setting({
    env: 'WHERRY_MAX_SPACE_ENTRIES',
    default: '2000000',
    schema: whole(1, 1_000_000_000),
    doc: 'Files, folders and unfinished uploads that one space may hold. Where more are there already they stay, and no more come.',
  }),
  uploadBudgetBytes: setting({
    env: 'WHERRY_UPLOAD_BUDGET_BYTES',
    default: '128M',
    schema: bytes(8 * MiB, 2 ** 40),
    doc: 'Upload bytes that are received but not yet stored, of all connections together: bounds the memory of uploads.',
  }),
  windowBytes: setting({
    env: 'WHERRY_WINDOW_BYTES',
    default: '24M',
    schema: bytes(4 * MiB, 2 ** 32),
    doc: 'The same for one connection, and the most bytes that wait to be sent on one.',
  }),
  uploadExpiryDays: setting({
    env: 'WHERRY_UPLOAD_EXPIRY_DAYS',
    default: '7',
    schema: whole(1, 3650),
    doc: 'Unfinished uploads are given up after this time without a byte.',
  }),
  maxConnections: setting({
    env: 'WHERRY_MAX_CONNECTIONS',
    default: '10000',
    schema: whole(1, 1_000_000),
    doc: 'Open sockets, of all clients.',
  }),
  maxConnectionsPerAddress: setting({
    env: 'WHERRY_MAX_CONNECTIONS_PER_ADDRESS',
    default: '2000',
    schema: whole(1, 1_000_000),
    doc: 'Open sockets from one address (one /64 network of IPv6).',
  }),
  maxGuestsPerAddress: setting({
    env: 'WHERRY_MAX_GUESTS_PER_ADDRESS',
    default: '200',
    schema: whole(1, 1_000_000),
    doc: 'Of these, sockets that are not signed in yet.',
  }),
  maxHttpConnections: setting({
    env: 'WHERRY_MAX_HTTP_CONNECTIONS',
    default: '2000',
    schema: whole(1, 1_000_000),
    doc: 'Open connections that are no sockets, of all clients. While more than half of them are open, each is closed after one answer.',
  }),
  maxHttpConnectionsPerAddress: setting({
    env: 'WHERRY_MAX_HTTP_CONNECTIONS_PER_ADDRESS',
    default: '250',
    schema: whole(1, 1_000_000),
    doc: 'While more than half of them are open: new ones from one address (one /64 network of IPv6) in 15 seconds. A trusted proxy may open any number.',
  }),
  callsInFlight: setting({
    env: 'WHERRY_CALLS_IN_FLIGHT',
    default: '256',
    schema: whole(1, 65536),
    doc: 'Unanswered calls of one connection.',
  }),
  downloadsPerUser: setting({
    env: 'WHERRY_DOWNLOADS_PER_USER',
    default: `${signedDownloads / 4}`,
    schema: whole(1, signedDownloads),
    doc: `Downloads by signed address that run at once for one user; all users together have ${signedDownloads}.`,
  }),
  zipBudgetBytes: setting({
    env: 'WHERRY_ZIP_BUDGET_BYTES',
    default: '256M',
    schema: bytes(4 * MiB, 2 ** 32),
    doc: 'Memory for what zips have in them while they are downloaded, about 100 bytes and its name for each file; one user has at most a quarter of it.',
  }),
  loginFailuresPerAccount: setting({
    env: 'WHERRY_LOGIN_FAILURES_PER_ACCOUNT',
    default: '20',
    schema: whole(1, 1_000_000),
    doc: 'Wrong passwords for one account from one address in a quarter of an hour; ten times as many from all addresses.',
  }),
  loginFailuresPerAddress: setting({
    env: 'WHERRY_LOGIN_FAILURES_PER_ADDRESS',
    default: '100',
    schema: whole(1, 1_000_000),
    doc: 'Wrong passwords and setup tokens from one address in a quarter of an hour.',
  }),
  loginsPerMinute: setting({
    env: 'WHERRY_LOGINS_PER_MINUTE',
    default: '600',
    schema: whole(1, 1_000_000),
    doc: 'Calls from one address in a minute that check a password or a refresh token.',
  }),
  roomsPerUser: setting({
    env: 'WHERRY_ROOMS_PER_USER',
    default: '50',
    schema: whole(1, 1_000_000),
    doc: 'Direct sends that one user can have open; the one that was left longest makes way for one more.',
  }),
  roomsPerAddress: setting({
    env: 'WHERRY_ROOMS_PER_ADDRESS',
    default: '500',
    schema: whole(1, 1_000_000),
    doc: 'The same for one address (one /64 network of IPv6).',
  }),
  roomGuessesPerAddress: setting({
    env: 'WHERRY_ROOM_GUESSES_PER_ADDRESS',
    default: '20',
    schema: whole(1, 1_000_000),
    doc: 'Codes of direct sends that one address can try in a quarter of an hour without finding one. A code that is found counts as a fifth, and so does a send that is over and asked for again.',
  }),
  relayBudgetBytes: setting({
    env: 'WHERRY_RELAY_BUDGET_BYTES',
    default: '48M',
    schema: bytes(4 * MiB, 2 ** 40),
    doc: 'Bytes of direct sends that the hub relays and that are on their way through it, of all together: bounds the memory of relays.',
  }),
  relayRoomBytes: setting({
    env: 'WHERRY_RELAY_ROOM_BYTES',
    default: '1T',
    schema: bytes(0, limits.fileBytes),
    doc: 'Bytes that the hub relays for one direct send in all, with their headers.',
  }),
  stun: setting({
    env: 'WHERRY_STUN',
    default: '',
    schema: commaList(stunUrl),
    doc: 'STUN servers, separated by commas, such as `stun:stun.example.org:3478`, that direct sends ask for a way. By default none is asked.',
  }),
  turnUrl: setting({
    env: 'WHERRY_TURN_URL',
    default: '',
    schema: commaList(turnUrl),
    doc: 'Addresses of a TURN server, separated by commas, such as `turn:turn.example.org:3478?transport=udp`.',
  }),
  turnSecret: setting({
    env: 'WHERRY_TURN_SECRET',
    default: null,
    schema: v.pipe(v.string(), v.minLength(16, 'expected at least 16 characters')),
    doc: 'The secret that the TURN server shares with the hub, which makes credentials for some hours from it (`use-auth-secret` of coturn).',
  }),
  metricsToken: setting({
    env: 'WHERRY_METRICS_TOKEN',
    default: null,
    schema: v.pipe(v.string(), v.minLength(16, 'expected at least 16 characters')),
    doc: 'Bearer token for `/metrics`. Without it only this machine may ask.',
  }),
  logLevel: setting({
    env: 'WHERRY_LOG_LEVEL',
    default: 'info',
    schema: v.picklist(
      ['debug', 'info', 'warn', 'error', 'silent'],
      'expected debug, info, warn, error or silent',
    ),
    doc: '`debug`, `info`, `warn`, `error` or `silent`.',
  }),
}
