import * as v from 'valibot'

/** The WebSocket subprotocol and the path of the socket. */
export const subprotocol = 'wherry.v1'
export const socketPath = '/ws'

/** The JSON-RPC 2.0 envelopes. Batches are not used; an id is a number or a text. */
export const rpcId = v.union([
  v.pipe(v.number(), v.safeInteger()),
  v.pipe(v.string(), v.minLength(1), v.maxLength(64)),
])
export type RpcId = v.InferOutput<typeof rpcId>

export const rpcRequest = v.strictObject({
  jsonrpc: v.literal('2.0'),
  id: rpcId,
  method: v.pipe(v.string(), v.maxLength(64)),
  /** By name only: valibot's record would make one of an array. */
  params: v.optional(
    v.pipe(
      v.unknown(),
      v.check(params => !Array.isArray(params), 'expected named parameters'),
      v.record(v.string(), v.unknown()),
    ),
    {},
  ),
})
export type RpcRequest = v.InferOutput<typeof rpcRequest>

const rpcError = v.object({
  code: v.number(),
  message: v.string(),
  data: v.optional(v.looseObject({ reason: v.string() })),
})

export const rpcResponse = v.union([
  v.object({ jsonrpc: v.literal('2.0'), id: rpcId, result: v.record(v.string(), v.unknown()) }),
  v.object({ jsonrpc: v.literal('2.0'), id: v.nullable(rpcId), error: rpcError }),
])

export const rpcNotification = v.object({
  jsonrpc: v.literal('2.0'),
  method: v.string(),
  params: v.record(v.string(), v.unknown()),
})

/** Why the hub closes a socket (RFC 6455 section 7.4; the reason text says more). */
export const closeCodes = {
  policy: 1008,
  tooLarge: 1009,
  restarting: 1012,
  tryLater: 1013,
  signInTimeout: 4001,
  sessionEnded: 4002,
} as const
