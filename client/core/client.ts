import { type Reason, WherryError } from '../../protocol/errors.ts'
import type { Result } from '../../protocol/table.ts'
import { calls as callTable } from '../../protocol/table.ts'
import type { CallOptions, ClientOptions, HubClient, TransferLink } from './api.ts'
import { createAccount } from './connection/account.ts'
import { jitteredDelayMs } from './connection/backoff.ts'
import { createClientEvents } from './connection/client-events.ts'
import { createClientState } from './connection/client-state.ts'
import { createConnection } from './connection/connection.ts'
import { createOpenCalls } from './connection/open-calls.ts'
import { createReceiver } from './connection/receiver.ts'
import { createSession } from './connection/session.ts'
import type { CallNow, SignedIn } from './connection/sign-in.ts'
import { createStreams } from './connection/streams.ts'
import type { Wire } from './connection/wire.ts'
import { createListeners } from './listeners.ts'
import { systemTimers } from './timers.ts'

/**
 * Connects to a hub and stays connected until close(): the promises are those of HubClient and TransferLink. Throws only
 * for an address that is none. It signs in by itself with what the credentials keep.
 */
export const createClient = (options: ClientOptions): HubClient & TransferLink => {
  const { credentials, agent, timers = systemTimers, retryDelayMs = jitteredDelayMs } = options
  let hello: Result<'hub.hello'> | null = null
  let latencyMs: number | null = null
  let epoch = 0
  let online = true
  let isInDoubt = false
  /** Of hold(). */
  let holds = 0
  /** The socket is through its handshake. */
  let isReady = false

  const state = createClientState()
  const events = createClientEvents()
  const doubts = createListeners<boolean>()
  const streams = createStreams()
  const calls = createOpenCalls(timers, ms => {
    latencyMs = ms
  })

  const callOn = (wire: Wire): CallNow => {
    return (name, params) =>
      connection.wire === wire
        ? calls.add(name, params, { retry: false }, wire.send)
        : Promise.reject(new WherryError('disconnected'))
  }
  const callNow: CallNow = (name, params) =>
    connection.wire ? callOn(connection.wire)(name, params) : Promise.reject(new WherryError('disconnected'))

  const sendWaiting = () => {
    const { wire } = connection
    if (wire && isReady) calls.sendWaiting(wire.send, state.current === 'live')
  }

  const goLive = (signedIn: SignedIn) => {
    const before = session.user?.id ?? signedIn.user.id
    // What is kept is shared with other tabs: what one person asked for is not done as another.
    if (before !== signedIn.user.id) calls.failAll('session_ended', 'signedIn')
    session.keep(signedIn)
    isReady = true
    epoch += 1
    state.renew('live', sendWaiting)
  }

  const goSignedOut = (reason: Reason) => {
    session.clear()
    state.renew('signedOut', () => {})
    calls.failAll(reason, 'signedIn')
    sendWaiting()
  }

  /** The session is over: its socket is left, because the hub knows it as somebody's. */
  const endSession = () => {
    isReady = false
    receiver.stop()
    streams.clear()
    connection.rest()
    calls.connectionLost()
    goSignedOut('session_ended')
    if (holds > 0 || !calls.isEmpty()) connection.wake()
  }

  const session = createSession(
    { credentials, timers, retryDelayMs },
    {
      liveWire: () => (state.current === 'live' ? connection.wire : null),
      callOn,
      renewed: sendWaiting,
      ended: () => endSession(),
    },
  )

  const handshake = async (wire: Wire) => {
    const callHere = callOn(wire)
    hello = await callHere('hub.hello', { client: agent })
    session.setHubTime(hello.serverTime)
    const signedIn = await session.resume(callHere)
    if (connection.wire !== wire) return
    isReady = true
    if (signedIn) return goLive(signedIn)
    epoch += 1
    goSignedOut('unauthenticated')
  }

  const receiver = createReceiver({
    calls,
    timers,
    retryDelayMs,
    renew: session.renew,
    sendWaiting,
    event(name, params) {
      if ('retryAfterMs' in params) connection.holdOff(params.retryAfterMs)
      events.emit(name, params)
      if (name === 'session.ended' && state.current === 'live') endSession()
    },
  })

  /** A signed-out client has nothing to come back for until somebody signs in, or holds it: the hub closes such sockets soon. */
  const lost = (wasReady: boolean): 'retry' | 'rest' => {
    isReady = false
    receiver.stop()
    session.stopRenewal()
    streams.clear()
    const isResting = wasReady && state.current === 'signedOut' && holds === 0 && calls.isEmpty()
    if (!isResting) state.set(online ? 'reconnecting' : 'offline')
    calls.connectionLost()
    return isResting ? 'rest' : 'retry'
  }

  const connection = createConnection(
    { ...options, timers, retryDelayMs },
    {
      text: receiver.receive,
      binary: streams.receive,
      handshake,
      doubt(isNow) {
        if (isNow === isInDoubt) return
        isInDoubt = isNow
        doubts.emit(isNow)
      },
      lost,
      probe: () => callNow('hub.hello', { client: agent }),
      isOwed: calls.isOwed,
    },
  )

  const call: HubClient['call'] = (name, params, callOptions = {}) => {
    const { access } = callTable[name]
    const isGuestCall = access === 'anyone' || access === 'room'
    const { wire } = connection
    const isSent = isReady && (state.current === 'live' || isGuestCall)
    const refusal = refusalOf(isGuestCall, isSent, callOptions)
    if (refusal) return Promise.reject(new WherryError(refusal))
    const answer = calls.add(name, params, callOptions, isSent && wire ? wire.send : null)
    if (isSent) connection.called()
    else if (!wire && state.current === 'signedOut') connection.wake()
    return answer
  }

  /** Why a call cannot even wait. */
  const refusalOf = (isGuestCall: boolean, isSent: boolean, options: CallOptions): Reason | null => {
    if (state.current === 'closed' || options.signal?.aborted) return 'cancelled'
    if (state.current === 'signedOut' && !isGuestCall) return 'unauthenticated'
    return options.retry === false && !isSent ? 'disconnected' : null
  }

  const account = createAccount({
    credentials,
    agent,
    state,
    session,
    connection,
    call,
    callNow,
    goLive,
    endSession,
  })

  const client: HubClient & TransferLink = {
    get state() {
      return state.current
    },
    get user() {
      return session.user
    },
    get hello() {
      return hello
    },
    get latencyMs() {
      return latencyMs
    },
    get isInDoubt() {
      return isInDoubt
    },
    get epoch() {
      return epoch
    },
    get bufferedBytes() {
      return connection.wire?.bufferedBytes ?? 0
    },
    onState: state.onState,
    onDoubt: listener => doubts.add(listener),
    whenState: state.when,
    on: events.on,
    onSlice: streams.listen,
    newStream: streams.newStream,
    call,
    sendBinary(message, taken) {
      if (!isReady || !connection.wire) throw new WherryError('disconnected')
      connection.wire.send(message, taken)
    },
    hold() {
      holds += 1
      if (state.current === 'signedOut') connection.wake()
      let isHeld = true
      return () => {
        if (isHeld) holds -= 1
        isHeld = false
      }
    },
    ...account,
    wake: () => state.current === 'closed' || connection.wake(),
    setOnline(isOnline) {
      if (state.current === 'closed') return
      online = isOnline
      if (state.current === 'reconnecting' || state.current === 'offline')
        state.set(online ? 'reconnecting' : 'offline')
      connection.wake()
    },
    close() {
      if (state.current === 'closed') return
      connection.close()
      receiver.stop()
      session.stopRenewal()
      isReady = false
      state.set('closed')
      state.clear()
      events.clear()
      doubts.clear()
      streams.clear()
      calls.failAll('cancelled', 'all')
    },
  }
  connection.wake()
  return client
}
