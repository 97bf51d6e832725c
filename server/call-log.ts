import type { Logger } from 'pino'
import type { CallRow } from '../protocol/call.ts'
import type { RpcRequest } from '../protocol/rpc.ts'
import type { CallName } from '../protocol/table.ts'
import type { Principal } from './connection.ts'

type EndedCall = {
  name: CallName
  row: CallRow
  params: Record<string, unknown>
  request: RpcRequest
  /** `ok` or the reason that it failed for. */
  outcome: string
  address: string
  /** Who made it; of a sign-in, who was signed in by it. */
  principal: Principal | null
}

/** Somebody tried a secret. What fails for other reasons can be tried without bound, and would fill the log. */
const wrongSecrets = new Set(['wrong_credentials', 'account_disabled', 'wrong_setup_token'])

/** Tells the log what an administrator asks it for later: who came in, and who changed what somebody may do. */
export const logCall = (log: Logger, call: EndedCall): void => {
  const { name, row, params, request, outcome, address, principal } = call
  if (!row.logged || (outcome !== 'ok' && !wrongSecrets.has(outcome))) return
  const named = Object.fromEntries(row.logged.map(field => [field, params[field]]))
  const by = principal?.kind === 'user' ? { by: principal.user, bySession: principal.session } : {}
  const message = outcome === 'ok' ? 'done' : 'refused'
  log.info({ call: name, ...named, ...by, address, request: request.id, outcome }, message)
}
