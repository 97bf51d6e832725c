import { errorSentences, type Reason, WherryError } from '../../../protocol/errors.ts'
import { events } from '../../../protocol/events.ts'
import { parse } from '../../../protocol/parse.ts'
import { type RpcId, rpcNotification, rpcResponse } from '../../../protocol/rpc.ts'
import type { CallName, EventName, EventParams, Result } from '../../../protocol/table.ts'
import { calls, isEventName } from '../../../protocol/table.ts'

/** What a text message from the hub says. `nothing`: an event of a newer hub, or no message at all. */
export type Incoming =
  | { kind: 'result'; id: RpcId; result: unknown }
  | { kind: 'error'; id: RpcId | null; error: WherryError }
  | { kind: 'event'; name: string; params: unknown }
  | { kind: 'nothing' }

export const encodeCall = (id: string, method: CallName, params: unknown): string =>
  JSON.stringify({ jsonrpc: '2.0', id, method, params })

const isReasonWord = (word: unknown): word is Reason =>
  typeof word === 'string' && Object.hasOwn(errorSentences, word)

const toError = (error: { message: string; data?: { reason: string } | undefined }): WherryError => {
  const { reason, ...details } = error.data ?? { reason: 'internal' }
  return new WherryError(isReasonWord(reason) ? reason : 'internal', error.message, details)
}

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

const isObject = (json: unknown): json is object => typeof json === 'object' && json !== null

export const readMessage = (text: string): Incoming => {
  const json = parseJson(text)
  // One of the two: a failed try costs more than all the rest of an answer.
  if (isObject(json) && 'method' in json) {
    const notification = parse(rpcNotification, json)
    if (!notification.ok) return { kind: 'nothing' }
    return { kind: 'event', name: notification.value.method, params: notification.value.params }
  }
  const response = parse(rpcResponse, json)
  if (!response.ok) return { kind: 'nothing' }
  const { value } = response
  return 'error' in value
    ? { kind: 'error', id: value.id, error: toError(value.error) }
    : { kind: 'result', id: value.id, result: value.result }
}

/** A result as the table has it. Throws `internal` for one that is not: the hub speaks another protocol. */
export const parseResult = <N extends CallName>(name: N, result: unknown): Result<N> => {
  const parsed = parse(calls[name].result, result)
  if (parsed.ok) return parsed.value as Result<N>
  const { error: cause } = parsed
  throw new WherryError(
    'internal',
    `The hub answered ${name} in a form unknown to this client.`,
    {},
    { cause },
  )
}

/** The event as the table has it; null for an unknown or malformed one, which a newer hub may send. */
export const parseEvent = (
  name: string,
  params: unknown,
): { name: EventName; params: EventParams<EventName> } | null => {
  if (!isEventName(name)) return null
  const parsed = parse(events[name].params, params)
  return parsed.ok ? { name, params: parsed.value } : null
}
