import { limits } from '../protocol/limits.ts'
import { closeCodes } from '../protocol/rpc.ts'
import type { Commit } from '../storage/storage.ts'
import type { Config } from './config.ts'
import { asUser, type Connection, type UserPrincipal } from './connection.ts'
import { addressKey } from './transport/addresses.ts'
import type { Socket } from './transport/socket.ts'

/** The sockets of a hub: who they are, how many there may be, and what ends them. */
export type Connections = {
  readonly count: number
  /** Null if one more may come from the address, or the status to refuse it with. */
  admit(address: string): number | null
  opened(socket: Socket): void
  /** False, and the socket was closed, if a guest sent too much. To be called for each text message. */
  allowsText(socket: Socket, bytes: number): boolean
  /** Signs the connection in; false if its session ended in the meantime. */
  signIn(connection: Connection, principal: UserPrincipal): boolean
  /** A socket has a seat in a room now, or has none any more: who is not signed in is a guest by that. */
  seated(connection: Connection, hasSeat: boolean): void
  /** Closes what ended sessions had open, in this very tick; answers what that was. */
  end(sessions: Commit['endedSessions']): Connection[]
  /** Closes those whose sign-in was not renewed for so long after its end. */
  closeExpired(now: number, graceMs: number): void
  all(): Iterable<Socket>
  /** Those of one user. */
  of(user: string): Socket[]
}

/** A connection has to sign in, or take a seat in a room, within this time and this many messages. */
const guestMs = 10_000
const guestMessages = 20

const endedRemembered = 10_000

/** Somebody who is not signed in. The timer runs while there is no seat. */
type Guest = { timer: NodeJS.Timeout | null; messages: number }

type Limits = Pick<Config, 'maxConnections' | 'maxConnectionsPerAddress' | 'maxGuestsPerAddress'>

/** Counts things by key and forgets keys that are at zero. */
const createTally = () => {
  const counts = new Map<string, number>()
  const add = (key: string, by: number): void => {
    const now = (counts.get(key) ?? 0) + by
    if (now > 0) counts.set(key, now)
    else counts.delete(key)
  }
  return { add, of: (key: string): number => counts.get(key) ?? 0 }
}

export const createConnections = (config: Limits): Connections => {
  const sockets = new Set<Socket>()
  const guests = new Map<Connection, Guest>()
  const perAddress = createTally()
  const guestsPerAddress = createTally()
  // So that a sign-in that is under way does not outlive its session.
  const ended = new Set<string>()

  const remember = (session: string): void => {
    ended.add(session)
    const [oldest] = ended
    if (ended.size > endedRemembered && oldest !== undefined) ended.delete(oldest)
  }

  const noGuest = (connection: Connection): void => {
    const guest = guests.get(connection)
    if (guest === undefined) return
    clearTimeout(guest.timer ?? undefined)
    guests.delete(connection)
    guestsPerAddress.add(addressKey(connection.address), -1)
  }

  const startTimer = (connection: Connection): NodeJS.Timeout =>
    setTimeout(() => connection.close(closeCodes.signInTimeout, 'Sign in within 10 seconds.'), guestMs)

  return {
    get count() {
      return sockets.size
    },
    admit: address => {
      const key = addressKey(address)
      if (sockets.size >= config.maxConnections) return 503
      const isFull =
        perAddress.of(key) >= config.maxConnectionsPerAddress ||
        guestsPerAddress.of(key) >= config.maxGuestsPerAddress
      return isFull ? 429 : null
    },
    opened: socket => {
      const key = addressKey(socket.address)
      sockets.add(socket)
      perAddress.add(key, 1)
      guestsPerAddress.add(key, 1)
      guests.set(socket, { timer: startTimer(socket), messages: 0 })
      socket.onClose(() => {
        noGuest(socket)
        sockets.delete(socket)
        perAddress.add(key, -1)
      })
    },
    allowsText: (socket, bytes) => {
      const guest = guests.get(socket)
      if (guest === undefined) return true
      if (bytes > limits.guestMessageBytes) {
        socket.close(closeCodes.tooLarge, 'A message before sign-in is at most 64 KiB.')
        return false
      }
      if (guest.timer === null || ++guest.messages <= guestMessages) return true
      socket.close(closeCodes.policy, 'Too many calls before sign-in.')
      return false
    },
    signIn: (connection, principal) => {
      if (ended.has(principal.session) || connection.closed) return false
      connection.principal = principal
      noGuest(connection)
      return true
    },
    seated: (connection, hasSeat) => {
      const guest = guests.get(connection)
      if (guest === undefined || connection.closed) return
      clearTimeout(guest.timer ?? undefined)
      guest.timer = hasSeat ? null : startTimer(connection)
      guest.messages = 0
      connection.principal ??= { kind: 'guest' }
    },
    end: sessions => {
      const reasons = new Map(sessions.map(({ session, reason }) => [session, reason]))
      for (const session of reasons.keys()) remember(session)
      const signedOut: Connection[] = []
      for (const socket of sockets) {
        const reason = reasons.get(asUser(socket.principal)?.session ?? '')
        if (reason === undefined) continue
        signedOut.push(socket)
        socket.notify('session.ended', { reason })
        socket.principal = null
        // In this turn of the loop the call that ended the session is still answered.
        setImmediate(() => socket.close(closeCodes.sessionEnded, 'The session was ended.'))
      }
      return signedOut
    },
    closeExpired: (now, graceMs) => {
      for (const socket of sockets) {
        const user = asUser(socket.principal)
        if (user !== null && user.expiresAt + graceMs < now) {
          socket.close(closeCodes.signInTimeout, 'The sign-in has to be renewed.')
        }
      }
    },
    all: () => sockets,
    of: user => [...sockets].filter(socket => asUser(socket.principal)?.user === user),
  }
}
