import type { Logger } from 'pino'
import type { RpcRequest } from '../protocol/rpc.ts'
import type { CallName } from '../protocol/table.ts'
import type { UserPrincipal } from './connection.ts'

type EndedCall = {
  name: CallName
  params: Record<string, unknown>
  /** What its handler noted of it. */
  noted: Record<string, unknown>
  request: RpcRequest
  /** `ok` or the reason that it failed for. */
  outcome: string
  address: string
  /** Who made it; of a sign-in, who was signed in by it. */
  user: UserPrincipal | null
}

/** Somebody tried a secret. What fails for other reasons can be tried without bound, and would fill the log. */
const wrongSecrets = new Set(['wrong_credentials', 'account_disabled', 'wrong_setup_token'])

/**
 * Tells the log what an administrator asks it for later: who came in, and who changed what somebody may do, or took something away. `logged`: the
 * parameters that it names.
 */
export const logCall = (log: Logger, logged: readonly string[], call: EndedCall): void => {
  const { name, params, noted, request, outcome, address, user } = call
  const isDone = outcome === 'ok'
  if (!isDone && !wrongSecrets.has(outcome)) return
  const named = Object.fromEntries(logged.map(field => [field, params[field]]))
  const by = user && { by: user.user, byName: user.name, bySession: user.session }
  log.info(
    { call: name, ...named, ...noted, ...by, address, request: request.id, outcome },
    isDone ? 'done' : 'refused',
  )
}
