import type { Logger } from 'pino'
import type { CallName, Calls, Params, Result } from '../protocol/table.ts'
import type { Actor, Storage } from '../storage/storage.ts'
import type { LevelOf } from './auth/levels.ts'
import type { LoginLimits } from './auth/login-limits.ts'
import type { Passwords } from './auth/passwords.ts'
import type { SigningIn } from './auth/signing-in.ts'
import type { Tokens } from './auth/tokens.ts'
import type { Config } from './config.ts'
import type { Connection, Principal, UserPrincipal } from './connection.ts'
import type { Broadcaster } from './live/broadcast.ts'
import type { Relays } from './rooms/relays.ts'
import type { RoomLimits } from './rooms/room-limits.ts'
import type { Rooms } from './rooms/rooms.ts'
import type { SignedUrls } from './signed-urls.ts'
import type { Transfers } from './transfers/transfers.ts'
import type { Walk } from './walks.ts'

/** What the hub consists of, for handlers; made once in server/hub.ts. */
export type Hub = {
  config: Config
  storage: Storage
  log: Logger
  clock: () => number
  /** 128 random bits as base64url. */
  newId: () => string
  passwords: Passwords
  loginLimits: LoginLimits
  tokens: Tokens
  signingIn: SigningIn
  signedUrls: SignedUrls
  broadcaster: Broadcaster
  transfers: Transfers
  rooms: Rooms
  roomLimits: RoomLimits
  relays: Relays
  /** Every connection that a user has open. */
  connectionsOf: (user: string) => Connection[]
  /** Remembers its answers until a commit with `rights`. */
  levelOf: LevelOf
  /** Through all that is in folders, which may take long. */
  walk: Walk
  metrics: Metrics
  /** What the gear table of every client's chunker is made from. */
  chunkingSeed: string
}

/** Counts and times; the adapter is server/metrics.ts. */
export type Metrics = {
  callEnded(name: CallName, seconds: number, outcome: string): void
  received(bytes: number): void
  sent(bytes: number): void
  relayed(bytes: number): void
}

/** What a handler is called with besides its parameters. */
export type CallContext<P extends Principal | null = UserPrincipal> = Hub & {
  connection: Connection
  principal: P
  /** The JSON-RPC id where it is a text (client-made, repeatable), else null. */
  requestId: string | null
  /** What the log's line about the call is to tell besides the parameters that the table names. A call that it does not log has a line if anything is noted. */
  noted: Record<string, unknown>
  /** For writes: the principal's user and the request id. */
  actor: Actor
}

type AccessOf<N extends CallName> = Calls[N]['access']

/** Calls with access `anyone` are the only ones that can run without a principal; guests may make those with access `room` too. */
type PrincipalOf<N extends CallName> =
  AccessOf<N> extends 'anyone' ? Principal | null : AccessOf<N> extends 'room' ? Principal : UserPrincipal

export type Handler<N extends CallName> = (
  context: CallContext<PrincipalOf<N>>,
  params: Params<N>,
) => Promise<Result<N>>
