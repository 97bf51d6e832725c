import WebSocket from 'ws'
import { type Reason, WherryError } from '../../protocol/errors.ts'
import { subprotocol } from '../../protocol/rpc.ts'
import type { CallName, EventName, EventParams, ParamsInput, Result } from '../../protocol/table.ts'
import { administrator } from './hub.ts'

export type Closing = { code: number; reason: string }

type Told = { method: string; params: unknown }

/** A client with nothing of the SDK: what it sends is what the test says. */
export type RawClient = {
  readonly socket: WebSocket
  /** Resolves with the result; rejects with the hub's error as a WherryError. */
  call<N extends CallName>(name: N, params: ParamsInput<N>, id?: string | number): Promise<Result<N>>
  /** A call as a wrong client would make it. */
  callAnything(name: string, params: unknown, id?: string | number): Promise<unknown>
  /** Sends text and resolves with the next answer, whatever its id is. */
  exchange(text: string): Promise<{ id: unknown; error?: { code: number; data?: { reason: string } } }>
  /** Resolves with the first event of that name, come or to come, that fits; it is not given out again. */
  event<N extends EventName>(name: N, fits?: (params: EventParams<N>) => boolean): Promise<EventParams<N>>
  /** Events of that name that came and were not taken. */
  eventsSoFar(name: EventName): number
  readonly closed: Promise<Closing>
  close(): void
}

type Answer = {
  id: unknown
  result?: unknown
  error?: { code: number; message: string; data?: { reason: string } }
}

const asError = ({ message, data }: { message: string; data?: { reason: string } }): WherryError => {
  const { reason = 'internal', ...details } = data ?? {}
  return new WherryError(reason as Reason, message, details)
}

export const rawClient = async (url: string, options: WebSocket.ClientOptions = {}): Promise<RawClient> => {
  const socket = new WebSocket(url, subprotocol, { perMessageDeflate: false, ...options })
  const waiting = new Map<string | number, (answer: Answer) => void>()
  let anyAnswer: ((answer: Answer) => void) | null = null
  let told: Told[] = []
  const listeners = new Set<() => void>()
  let lastId = 0

  const closed = new Promise<Closing>(resolve => {
    socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }))
  })

  socket.on('message', (data, isBinary) => {
    if (isBinary) return
    const message = JSON.parse(data.toString())
    if ('method' in message) {
      told.push(message)
      for (const listener of listeners) listener()
      return
    }
    const answered = waiting.get(message.id)
    waiting.delete(message.id)
    if (answered !== undefined) answered(message)
    else anyAnswer?.(message)
  })

  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('error', reject)
  })
  socket.on('error', () => {})

  const callAnything: RawClient['callAnything'] = (method, params, id = ++lastId) =>
    new Promise((resolve, reject) => {
      waiting.set(id, answer => (answer.error ? reject(asError(answer.error)) : resolve(answer.result)))
      void closed.then(({ code, reason }) => reject(new Error(`closed with ${code} ${reason}`)))
      socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }))
    })

  const take = (name: EventName, fits: (params: never) => boolean): Told | null => {
    const found = told.find(one => one.method === name && fits(one.params as never)) ?? null
    told = told.filter(one => one !== found)
    return found
  }

  return {
    socket,
    callAnything,
    call: (name, params, id) => callAnything(name, params, id) as never,
    exchange: text =>
      new Promise(resolve => {
        anyAnswer = resolve
        socket.send(text)
      }),
    event: (name, fits = () => true) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = take(name, fits)
          if (found === null) return
          listeners.delete(look)
          resolve(found.params as never)
        }
        listeners.add(look)
        void closed.then(() => reject(new Error(`closed before ${name}`)))
        look()
      }),
    eventsSoFar: name => told.filter(one => one.method === name).length,
    closed,
    close: () => socket.terminate(),
  }
}

/** A client that is signed in, as the administrator of temporaryHub() unless told otherwise. */
export const signedInClient = async (
  url: string,
  { email, password }: { email: string; password: string } = administrator,
): Promise<RawClient & { signedIn: Result<'session.login'>; root: string; space: string }> => {
  const client = await rawClient(url)
  const signedIn = await client.call('session.login', { email, password, keep: 'token', agent: 'test' })
  const { spaces } = await client.call('space.list', {})
  const own = spaces.find(space => space.owner?.id === signedIn.user.id)
  if (own === undefined) throw new Error('the user has no space')
  return { ...client, signedIn, root: own.root, space: own.id }
}
