import type { Logger } from 'pino'
import type { Level } from '../protocol/levels.ts'
import type { CallName, EventName, EventParams, Params, Result } from '../protocol/table.ts'
import type { Actor, Storage } from '../storage/storage.ts'
import type { LoginLimits } from './auth/login-limits.ts'
import type { Passwords } from './auth/passwords.ts'
import type { SigningIn } from './auth/signing-in.ts'
import type { Tokens } from './auth/tokens.ts'
import type { Config } from './config.ts'
import type { Broadcaster } from './live/broadcast.ts'
import type { SignedUrls } from './signed-urls.ts'
import type { Transfers } from './transfers/transfers.ts'

/** Who is behind a connection. Links' visitors and peers' guests will be further kinds. */
export type Principal = {
  kind: 'user'
  user: string
  name: string
  role: 'admin' | 'member'
  session: string
  expiresAt: number
}

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
  /** The level of a user on an entry against current state; remembered until a commit with `rights`. */
  levelOf: (user: string, entry: string) => Promise<Level | null>
  metrics: Metrics
  /** What the gear table of every client's chunker is made from. */
  chunkingSeed: string
}

/** Counts and times; the adapter is server/metrics.ts. */
export type Metrics = {
  callEnded(name: CallName, seconds: number, outcome: string): void
  received(bytes: number): void
  sent(bytes: number): void
}

/** A socket as the rest of the server sees it: nothing of it is touched after `closed`. */
export type Connection = {
  readonly id: string
  readonly address: string
  readonly agent: string
  readonly closed: boolean
  principal: Principal | null
  /** Sends an event. False if it was dropped because the connection is closed. */
  notify<N extends EventName>(name: N, params: EventParams<N>): boolean
  /** Sends a binary message; the bytes are copied before it returns. False if the connection is closed. */
  sendBinary(message: Uint8Array): boolean
  /** Bytes that wait in the socket's send buffer. */
  bufferedBytes(): number
  /** Resolves when fewer than `bytes` wait in the send buffer, or the connection is closed (false). */
  drained(bytes: number): Promise<boolean>
  subscribe(topic: string): void
  unsubscribe(topic: string): void
  /** Runs once, when the connection is closed. Returns its stop function. */
  onClose(listener: () => void): () => void
  close(code: number, reason: string): void
}

/** What a handler is called with besides its parameters. */
export type CallContext<P extends Principal | null = Principal> = Hub & {
  connection: Connection
  principal: P
  /** The JSON-RPC id where it is a text (client-made, repeatable), else null. */
  requestId: string | null
  /** For writes: the principal's user and the request id. */
  actor: Actor
}

/** Calls with access `anyone` are the only ones that can run without a principal. */
export type GuestCall = 'hub.hello' | 'session.login' | 'session.resume' | 'session.refresh' | 'account.setup'

export type Handler<N extends CallName> = (
  context: CallContext<N extends GuestCall ? Principal | null : Principal>,
  params: Params<N>,
) => Promise<Result<N>>
