import * as v from 'valibot'
import { isReason, WherryError } from '../../protocol/errors.ts'
import { sessionDoorPath, sessionDoorRequest } from '../../protocol/session-door.ts'
import type { Origins } from '../auth/origins.ts'
import type { Hub } from '../context.ts'
import type { Door, HttpRequest, HttpResponse, HttpRoute } from '../transport/http.ts'
import { clearSessionCookie, readSessionCookie, setSessionCookie } from './session-cookie.ts'

type Parts = Pick<Hub, 'storage' | 'tokens' | 'signingIn' | 'loginLimits'> & {
  origins: Origins
  ownOrigin(): string
}

const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' }

const readBody = ({ body: bytes }: HttpRequest): { ticket?: string } => {
  if (bytes.length === 0) return {}
  try {
    return v.parse(sessionDoorRequest, JSON.parse(Buffer.from(bytes).toString('utf8')))
  } catch (cause) {
    throw new WherryError('invalid_params', undefined, {}, { cause })
  }
}

const statusOf = (error: WherryError): number => {
  if (isReason(error, 'invalid_params')) return 400
  if (isReason(error, 'forbidden')) return 403
  if (isReason(error, 'too_many_requests')) return 429
  return isReason(error, 'busy', 'closing', 'storage_full', 'storage_read_only') ? 503 : 401
}

/** Answers a WherryError with its status, and leaves anything else to the wrapper of all doors. */
const refuse = (response: HttpResponse, error: unknown, extra: Record<string, string> = {}): void => {
  if (!(error instanceof WherryError)) throw error
  const { reason, message } = error
  response.end(statusOf(error), { ...headers, ...extra }, JSON.stringify({ reason, message }))
}

/** The page's origin: only pages of this hub, and programs that are no browser, come in. */
const originOf = (request: HttpRequest, { origins, ownOrigin }: Parts): string => {
  const origin = request.header('origin')
  const site = request.header('sec-fetch-site')
  const isForeign = site !== null && site !== 'same-origin'
  if (isForeign || (site !== null && origin === null)) throw new WherryError('forbidden')
  if (!origins.allows(origin)) {
    throw new WherryError(
      'forbidden',
      `This hub takes no pages from ${origin}. Open ${ownOrigin()}, or have this address added to WHERRY_ORIGINS.`,
    )
  }
  return origin ?? ownOrigin()
}

/** A cookie that is good for nothing goes; one that could not be tried now stays. */
const isDead = (error: unknown): boolean =>
  isReason(error, 'unauthenticated', 'session_ended', 'account_disabled')

const renew =
  (parts: Parts): Door =>
  async (request, response) => {
    const { tokens, signingIn, loginLimits } = parts
    let kept: { origin: string } | null = null
    try {
      const origin = originOf(request, parts)
      await loginLimits.countGuarded(request.address)
      const { ticket } = readBody(request)
      kept = { origin }
      const known = ticket === undefined ? cookieIn(request, origin) : tokens.tickets.redeem(ticket)
      if (known === null && ticket === undefined) {
        response.end(204, { 'cache-control': 'no-store' })
        return
      }
      if (known === null) throw new WherryError('unauthenticated')
      const { user, session, refresh } = await signingIn.rotate(known)
      const cookie = { 'set-cookie': setSessionCookie(origin, refresh) }
      const answer = await tokens.makeAccess(user.id, session.id)
      response.end(200, { ...headers, ...cookie }, JSON.stringify(answer))
    } catch (error) {
      const clear: Record<string, string> =
        kept !== null && isDead(error) ? { 'set-cookie': clearSessionCookie(kept.origin) } : {}
      refuse(response, error, clear)
    }
  }

const signOut =
  (parts: Parts): Door =>
  async (request, response) => {
    try {
      const origin = originOf(request, parts)
      const known = cookieIn(request, origin)
      if (known !== null) await endSession(parts, known)
      response.end(204, { 'cache-control': 'no-store', 'set-cookie': clearSessionCookie(origin) })
    } catch (error) {
      refuse(response, error)
    }
  }

const cookieIn = (request: HttpRequest, origin: string): string | null =>
  readSessionCookie(origin, request.header('cookie'))

const endSession = async ({ signingIn, storage }: Parts, refresh: string): Promise<void> => {
  try {
    const { user, session } = await signingIn.rotate(refresh)
    await storage.sessions.end(user.id, session.id, 'logout')
  } catch (error) {
    if (!isDead(error)) throw error
  }
}

/** The door that protocol/session-door.ts promises: the refresh token of a browser lives in a cookie that scripts cannot read. */
export const sessionRoutes = (parts: Parts): HttpRoute[] => [
  { method: 'post', pattern: sessionDoorPath, maxBodyBytes: 8192, door: renew(parts) },
  { method: 'del', pattern: sessionDoorPath, door: signOut(parts) },
]
