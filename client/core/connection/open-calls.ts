import { type Reason, WherryError } from '../../../protocol/errors.ts'
import type { RpcId } from '../../../protocol/rpc.ts'
import type { CallName, ParamsInput, Result } from '../../../protocol/table.ts'
import { calls } from '../../../protocol/table.ts'
import type { CallOptions, Stop, Timers } from '../api.ts'
import { encodeCall, parseResult } from './rpc.ts'

/** A call that has no answer yet. */
type OpenCall = {
  id: string
  name: CallName
  message: string
  repeat: boolean
  /** On the socket of now; null while it waits for one. */
  sentAtMs: number | null
  /** How often the hub could not take it now: the sign-in had expired, the hub was busy. */
  putOff: number
  settle(result: unknown): void
  fail(error: Error): void
}

/** A sign-in that is expired again at once stays so; a hub that is busy may be so for a while. */
const mostPutOff = { session_expired: 3, busy: 10, closing: Number.POSITIVE_INFINITY }

export type PutOff = keyof typeof mostPutOff

/** 96 random bits and a counter: an id for one effect, however often its call is sent. */
const createIds = (): (() => string) => {
  const random = crypto.getRandomValues(new Uint32Array(3))
  const prefix = Array.from(random, part => part.toString(36)).join('')
  let made = 0
  return () => `${prefix}-${(++made).toString(36)}`
}

export type OpenCalls = ReturnType<typeof createOpenCalls>

/** The calls in flight of one client, in the order in which they were made. */
export const createOpenCalls = (timers: Timers, onLatency: (ms: number) => void) => {
  const newId = createIds()
  const open = new Map<RpcId, OpenCall>()

  const take = (id: RpcId): OpenCall | undefined => {
    const found = open.get(id)
    open.delete(id)
    return found
  }
  const isForAnyone = (name: CallName) => calls[name].access === 'anyone'
  const isGuestCall = (name: CallName) => isForAnyone(name) || calls[name].access === 'room'

  return {
    /** Adds a call; `send` sends its message, or null leaves it for sendWaiting(). */
    add<N extends CallName>(
      name: N,
      params: ParamsInput<N>,
      { signal, retry = true }: CallOptions,
      send: ((message: string) => void) | null,
    ): Promise<Result<N>> {
      return new Promise((resolve, reject) => {
        const id = newId()
        const abort = () =>
          take(id)?.fail(new WherryError('cancelled', undefined, {}, { cause: signal?.reason }))
        const forget: Stop = () => signal?.removeEventListener('abort', abort)
        const call: OpenCall = {
          id,
          name,
          message: encodeCall(id, name, params),
          repeat: retry,
          sentAtMs: send ? timers.now() : null,
          putOff: 0,
          settle(result) {
            forget()
            try {
              resolve(parseResult(name, result))
            } catch (error) {
              reject(error)
            }
          },
          fail(error) {
            forget()
            reject(error)
          },
        }
        open.set(id, call)
        signal?.addEventListener('abort', abort)
        send?.(call.message)
      })
    },
    /** Sends what waits, oldest first; before sign-in only what anyone or a guest may call. */
    sendWaiting(send: (message: string) => void, signedIn: boolean): void {
      for (const call of open.values()) {
        if (call.sentAtMs !== null || !(signedIn || isGuestCall(call.name))) continue
        call.sentAtMs = timers.now()
        send(call.message)
      }
    },
    settle(id: RpcId, result: unknown): void {
      const call = take(id)
      if (!call) return
      const isQuick = !calls[call.name].guarded && !/^(upload|download)\./.test(call.name)
      if (isQuick && call.sentAtMs !== null) onLatency(timers.now() - call.sentAtMs)
      call.settle(result)
    },
    fail(id: RpcId, error: WherryError): void {
      take(id)?.fail(error)
    },
    /**
     * Keeps a call that the hub refused for now, before it did anything, to be sent again by sendWaiting(). False if it was
     * refused too often, or has no time.
     */
    putOff(id: RpcId, reason: PutOff): boolean {
      const call = open.get(id)
      if (!call || isForAnyone(call.name) || ++call.putOff > mostPutOff[reason]) return false
      // A closing hub goes, and what may not be repeated ends with the connection, as if it had not been answered.
      if (reason === 'closing' && !call.repeat) return true
      if (reason !== 'session_expired' && !call.repeat) return false
      call.sentAtMs = null
      return true
    },
    /** The socket is lost: what may be repeated waits for the next one. */
    connectionLost(): void {
      for (const call of [...open.values()]) {
        if (call.repeat) call.sentAtMs = null
        else if (call.sentAtMs !== null) take(call.id)?.fail(new WherryError('disconnected'))
      }
    },
    isEmpty: (): boolean => open.size === 0,
    /** The hub was asked for something, and not only whether it is there. */
    isOwed: (): boolean =>
      [...open.values()].some(({ name, sentAtMs }) => sentAtMs !== null && name !== 'hub.hello'),
    /** Fails every call that only a signed-in user can make, or all of them. */
    failAll(reason: Reason, which: 'signedIn' | 'all'): void {
      for (const call of [...open.values()]) {
        if (which === 'all' || !isGuestCall(call.name)) take(call.id)?.fail(new WherryError(reason))
      }
    },
  }
}
