import type { Credentials } from '../../client/core/api.ts'
import { createClient } from '../../client/core/client.ts'
import { type Reason, rpcCode, WherryError } from '../../protocol/errors.ts'
import type { CallName, EventName, EventParams, Params, Result } from '../../protocol/table.ts'
import type { User } from '../../protocol/values.ts'
import { manualTimers, settle } from './manual-timers.ts'
import { type FarEnd, socketPair } from './socket-pair.ts'

export type ReceivedCall = { id: string; method: CallName; params: never }
export type Script = { [N in CallName]?: (params: Params<N>, call: ReceivedCall) => Result<N> | undefined }

export const testUser: User = {
  id: 'user-user-user-user-us',
  email: 'ada@example.org',
  name: 'Ada',
  role: 'member',
  disabled: false,
  createdAt: 0,
  quotaBytes: null,
  usedBytes: 0,
}
const session = 'session-session-sessio'
export const lifetimeMs = 600_000

/**
 * A client, a hub of a few lines and no network between them but what the test delivers. Calls that the script does not
 * know stay unanswered; a script that answers undefined answers later by itself.
 */
export const scriptedHub = (script: Script = {}, kept: { access: string | null } = { access: 'token-1' }) => {
  const timers = manualTimers()
  const received: ReceivedCall[] = []
  const renewals: (string | null)[] = []
  let tokens = 1

  const standard: Script = {
    'hub.hello': () => ({
      hub: 'Test',
      version: '0',
      needsSetup: false,
      serverTime: timers.now(),
      chunking: { seed: 'seed-seed-seed-seed', minBytes: 1, averageBytes: 2, maxBytes: 3 },
      limits: { fileBytes: 1, messageBytes: 1, windowBytes: 1 },
    }),
    'session.resume': () => ({ user: testUser, session, accessExpiresAt: timers.now() + lifetimeMs }),
    'session.login': () => ({
      user: testUser,
      session,
      access: 'token-login',
      accessExpiresAt: timers.now() + lifetimeMs,
      refresh: 'refresh',
      ticket: null,
    }),
    'session.logout': () => ({}),
  }

  const reply = (far: FarEnd, id: string, body: object) =>
    far.send(JSON.stringify({ jsonrpc: '2.0', id, ...body }))
  const refuse = (far: FarEnd, id: string, reason: Reason) =>
    reply(far, id, { error: { code: rpcCode(reason), message: reason, data: { reason } } })

  const pair = socketPair((message, far) => {
    if (typeof message !== 'string') return
    const call = JSON.parse(message) as ReceivedCall
    received.push(call)
    const answer = (script[call.method] ?? standard[call.method]) as
      | ((params: never, call: ReceivedCall) => unknown)
      | undefined
    try {
      const result = answer?.(call.params, call)
      if (result) reply(far, call.id, { result })
    } catch (error) {
      if (!(error instanceof WherryError)) throw error
      refuse(far, call.id, error.reason)
    }
  })

  const credentials: Credentials = {
    keep: 'token',
    async renew(_refresh, stale) {
      renewals.push(stale)
      if (kept.access === null) return null
      if (kept.access === stale) kept.access = `token-${++tokens}`
      return { access: kept.access, expiresAt: timers.now() + lifetimeMs }
    },
    async store({ access }) {
      kept.access = access
    },
    async forget() {
      kept.access = null
    },
  }

  const client = createClient({
    url: 'ws://hub.test/ws',
    socket: pair.factory,
    credentials,
    agent: 'test',
    retryDelayMs: attempt => 1000 * (attempt + 1),
    timers,
  })

  /** Delivers both ways until all is quiet. */
  const quiet = async () => {
    do await settle()
    while (pair.latest.deliver() > 0)
  }

  return {
    client,
    timers,
    received,
    renewals,
    ends: pair.ends,
    get far(): FarEnd {
      return pair.latest
    },
    quiet,
    /** Lets the newest socket open and the client sign in. */
    async connect() {
      pair.latest.open()
      await quiet()
    },
    /** Lets time pass and delivers what that set off. */
    async pass(ms: number) {
      await timers.pass(ms)
      await quiet()
    },
    say<N extends EventName>(method: N, params: EventParams<N>) {
      pair.latest.send(JSON.stringify({ jsonrpc: '2.0', method, params }))
    },
    reply: (id: string, result: object) => reply(pair.latest, id, { result }),
    refuse: (id: string, reason: Reason) => refuse(pair.latest, id, reason),
    callsOf: (method: CallName) => received.filter(call => call.method === method),
  }
}
