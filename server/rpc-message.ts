import * as v from 'valibot'
import { rpcCode, WherryError } from '../protocol/errors.ts'
import { type RpcId, type RpcRequest, rpcId, rpcRequest } from '../protocol/rpc.ts'

const decoder = new TextDecoder('utf-8', { fatal: true })

/** Which field is wrong and why, in words. */
export const describeIssue = (issue: v.BaseIssue<unknown>): { field: string; message: string } => {
  const field = v.getDotPath(issue) ?? ''
  const isSentence = issue.message.endsWith('.')
  if (isSentence) return { field, message: issue.message }
  return { field, message: field === '' ? `${issue.message}.` : `${field}: ${issue.message}.` }
}

/** The id of a message that is otherwise no call, so that its sender can tell which one failed. */
const idOf = (message: unknown): RpcId | null => {
  if (typeof message !== 'object' || message === null || !('id' in message)) return null
  const parsed = v.safeParse(rpcId, message.id)
  return parsed.success ? parsed.output : null
}

/**
 * A call from a text message, or what to answer if it is none. No depth is counted: a message is at most
 * limits.messageBytes long, V8 parses without recursion, and no schema of the protocol nests without bound.
 */
export const parseMessage = (
  bytes: ArrayBuffer,
): { request: RpcRequest } | { id: RpcId | null; error: WherryError } => {
  let message: unknown
  try {
    message = JSON.parse(decoder.decode(bytes))
  } catch (cause) {
    return { id: null, error: new WherryError('invalid_message', 'The message is not JSON.', {}, { cause }) }
  }
  const parsed = v.safeParse(rpcRequest, message)
  if (parsed.success) return { request: parsed.output }
  const { message: sentence } = describeIssue(parsed.issues[0])
  return { id: idOf(message), error: new WherryError('invalid_message', sentence) }
}

export const encodeResult = (id: RpcId, result: unknown): string =>
  JSON.stringify({ jsonrpc: '2.0', id, result })

export const encodeError = (id: RpcId | null, error: WherryError): string =>
  JSON.stringify({
    jsonrpc: '2.0',
    id,
    error: {
      code: rpcCode(error.reason),
      message: error.message,
      data: { ...error.details, reason: error.reason },
    },
  })
