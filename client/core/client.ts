import { isReason, WherryError } from '../../protocol/errors.ts'
import type { CallName, ParamsInput, Result } from '../../protocol/table.ts'
import { calls as callTable } from '../../protocol/table.ts'
import type { User } from '../../protocol/values.ts'
import type { CallOptions, ClientOptions, HubClient, TransferLink } from './api.ts'
import { jitteredDelayMs } from './backoff.ts'
import { createClientEvents } from './client-events.ts'
import { createClientState } from './client-state.ts'
import { createConnection } from './connection.ts'
import { createOpenCalls } from './open-calls.ts'
import { createRenewal } from './renewal.ts'
import { parseEvent, readMessage } from './rpc.ts'
import { type CallNow, renewSignIn, type SignedIn } from './sign-in.ts'
import { createStreams } from './streams.ts'
import { systemTimers } from './timers.ts'
import type { Wire } from './wire.ts'

/**
 * Connects to a hub and stays connected until close(): the promises are those of HubClient and TransferLink. Throws only
 * for an address that is none. It signs in by itself with what the credentials keep.
 */
export const createClient = (options: ClientOptions): HubClient & TransferLink => {
  const { credentials, agent, timers = systemTimers, retryDelayMs = jitteredDelayMs } = options
  let user: User | null = null
  let hello: Result<'hub.hello'> | null = null
  let latencyMs: number | null = null
  let access: string | null = null
  let epoch = 0
  let online = true
  /** False between signOut() and the next sign-in: what may still be kept is not used. */
  let wantsSession = true
  let isReady = false
  let renewingOn: Wire | null = null
  let failedRenewals = 0

  const state = createClientState()
  const events = createClientEvents()
  const streams = createStreams()
  const calls = createOpenCalls(timers, ms => {
    latencyMs = ms
  })

  const canSend = (name: CallName): boolean =>
    isReady && (state.current === 'live' || callTable[name].access === 'anyone')

  const callOn = (wire: Wire): CallNow => {
    return (name, params) =>
      connection.wire === wire
        ? calls.add(name, params, { retry: false }, wire.send)
        : Promise.reject(new WherryError('disconnected'))
  }

  const callNow: CallNow = (name, params) =>
    connection.wire ? callOn(connection.wire)(name, params) : Promise.reject(new WherryError('disconnected'))

  const keep = (signedIn: SignedIn) => {
    user = signedIn.user
    access = signedIn.access
    failedRenewals = 0
    renewal.schedule(signedIn.accessExpiresAt)
  }

  const goLive = (signedIn: SignedIn) => {
    keep(signedIn)
    isReady = true
    epoch += 1
    state.renew('live', () => calls.sendWaiting(message => connection.wire?.send(message), true))
  }

  const goSignedOut = (reason: 'unauthenticated' | 'session_ended') => {
    user = null
    access = null
    renewal.stop()
    state.set('signedOut')
    calls.failAll(reason, 'signedIn')
    if (isReady) calls.sendWaiting(message => connection.wire?.send(message), false)
  }

  const handshake = async (wire: Wire) => {
    const callHere = callOn(wire)
    hello = await callHere('hub.hello', { client: agent })
    renewal.setHubTime(hello.serverTime)
    const signedIn = wantsSession ? await renewSignIn(credentials, callHere, null) : null
    if (connection.wire !== wire) return
    isReady = true
    if (signedIn) goLive(signedIn)
    else goSignedOut('unauthenticated')
  }

  /** Renews the sign-in of a live connection; nothing that runs stops. */
  const renew = async () => {
    const { wire } = connection
    if (!wire || renewingOn === wire || state.current !== 'live') return
    renewingOn = wire
    try {
      const signedIn = await renewSignIn(credentials, callOn(wire), access)
      if (connection.wire !== wire || state.current !== 'live') return
      if (!signedIn) return goSignedOut('session_ended')
      keep(signedIn)
      calls.sendWaiting(wire.send, true)
    } catch {
      if (connection.wire === wire) renewal.retryAfter(retryDelayMs(failedRenewals++))
    } finally {
      if (renewingOn === wire) renewingOn = null
    }
  }
  const renewal = createRenewal(timers, () => void renew())

  const receive = (text: string) => {
    const message = readMessage(text)
    if (message.kind === 'result') calls.settle(message.id, message.result)
    if (message.kind === 'error' && message.id !== null) {
      const { id, error } = message
      if (isReason(error, 'session_expired') && calls.keepForRenewal(id)) void renew()
      else calls.fail(id, error)
    }
    if (message.kind === 'event') receiveEvent(message.name, message.params)
  }

  const receiveEvent = (name: string, params: unknown) => {
    const event = parseEvent(name, params)
    if (!event) return
    if ('retryAfterMs' in event.params) connection.holdOff(event.params.retryAfterMs)
    events.emit(event.name, event.params)
    if (event.name === 'session.ended' && state.current === 'live') goSignedOut('session_ended')
  }

  const lost = (wasReady: boolean): 'retry' | 'rest' => {
    isReady = false
    renewal.stop()
    streams.clear()
    const isResting = wasReady && state.current === 'signedOut'
    if (!isResting) state.set(online ? 'reconnecting' : 'offline')
    calls.connectionLost()
    return isResting && !calls.hasWaiting() ? 'rest' : 'retry'
  }

  const connection = createConnection(
    { ...options, timers, retryDelayMs },
    {
      text: receive,
      binary: streams.receive,
      handshake,
      lost,
      probe: () => callNow('hub.hello', { client: agent }),
    },
  )

  /** Takes over a fresh sign-in that was made on the socket of now. */
  const accept = async (signedIn: Result<'session.login'>): Promise<User> => {
    const { wire } = connection
    wantsSession = true
    await credentials.store(signedIn)
    if (wire && connection.wire === wire) goLive(signedIn)
    else {
      connection.restart()
      await state.when('live')
    }
    return signedIn.user
  }

  const client: HubClient & TransferLink = {
    get state() {
      return state.current
    },
    get user() {
      return user
    },
    get hello() {
      return hello
    },
    get latencyMs() {
      return latencyMs
    },
    get epoch() {
      return epoch
    },
    get bufferedBytes() {
      return connection.wire?.bufferedBytes ?? 0
    },
    onState: state.onState,
    whenState: state.when,
    on: events.on,
    onSlice: streams.listen,
    newStream: streams.newStream,
    call: <N extends CallName>(name: N, params: ParamsInput<N>, callOptions: CallOptions = {}) => {
      const { signal, retry = true } = callOptions
      if (state.current === 'closed' || signal?.aborted) return Promise.reject(new WherryError('cancelled'))
      const isGuestCall = callTable[name].access === 'anyone'
      if (state.current === 'signedOut' && !isGuestCall)
        return Promise.reject(new WherryError('unauthenticated'))
      const { wire } = connection
      const send = canSend(name) && wire ? wire.send : null
      if (!retry && !send) return Promise.reject(new WherryError('disconnected'))
      const answer = calls.add(name, params, callOptions, send)
      if (!wire && state.current === 'signedOut') connection.wake()
      return answer
    },
    sendBinary(message) {
      if (!isReady || state.current !== 'live' || !connection.wire) throw new WherryError('disconnected')
      connection.wire.send(message)
    },
    signIn: async (email, password) => {
      const { keep: how } = credentials
      return accept(await client.call('session.login', { email, password, keep: how, agent }))
    },
    setUp: async account =>
      accept(await client.call('account.setup', { ...account, keep: credentials.keep, agent })),
    async signOut() {
      const isLive = state.current === 'live'
      wantsSession = false
      // A hub that cannot be reached ends the session when it expires.
      if (isLive) await callNow('session.logout', {}).catch(() => {})
      await credentials.forget()
      if (state.current === 'live') goSignedOut('session_ended')
    },
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
      renewal.stop()
      isReady = false
      state.set('closed')
      state.clear()
      events.clear()
      streams.clear()
      calls.failAll('cancelled', 'all')
    },
  }
  connection.wake()
  return client
}
