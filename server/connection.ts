import type { EventName, EventParams } from '../protocol/table.ts'

/** A signed-in user, on a connection of a session. */
export type UserPrincipal = {
  kind: 'user'
  user: string
  name: string
  role: 'admin' | 'member'
  session: string
  expiresAt: number
}

/** Somebody who came into a room without an account: can do nothing but what rooms and `anyone` allow. */
type GuestPrincipal = { kind: 'guest' }

/** Who is behind a connection. */
export type Principal = UserPrincipal | GuestPrincipal

/** The principal if it is a user's. */
export const asUser = (principal: Principal | null): UserPrincipal | null =>
  principal?.kind === 'user' ? principal : null

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
  /** Bytes of all messages sent so far. */
  readonly sentBytes: number
  /** Resolves when the first so many of `sentBytes` have left the send buffer, or the connection is closed (false). */
  whenSent(bytes: number): Promise<boolean>
  /** Resolves when fewer than `bytes` wait in the send buffer, or the connection is closed (false). */
  drained(bytes: number): Promise<boolean>
  subscribe(topic: string): void
  unsubscribe(topic: string): void
  /** Runs once, when the connection is closed. Returns its stop function. */
  onClose(listener: () => void): () => void
  close(code: number, reason: string): void
}
