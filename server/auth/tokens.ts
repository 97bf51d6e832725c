import { createHash, randomBytes } from 'node:crypto'
import { exportJWK, generateKeyPair, importJWK, type JWK, jwtVerify, SignJWT } from 'jose'
import { JWTExpired } from 'jose/errors'
import { WherryError } from '../../protocol/errors.ts'
import type { Settings } from '../../storage/storage.ts'
import { createTickets, type Tickets } from './tickets.ts'

/** A short-lived proof of who is signed in: an EdDSA JWT. */
type AccessToken = { access: string; accessExpiresAt: number }

export type Tokens = {
  makeAccess(user: string, session: string): Promise<AccessToken>
  /** Throws `session_expired` for one that is too old, `unauthenticated` for any other that is not ours. */
  verifyAccess(access: string): Promise<{ user: string; session: string; expiresAt: number }>
  /** A new opaque token. The hub keeps its hash only. */
  newOpaque(): { token: string; hash: string }
  hashOf(token: string): string
  /** One-time tickets that a browser exchanges for its refresh cookie. */
  tickets: Tickets
}

const algorithm = 'EdDSA'
const type = 'wherry-access+jwt'
const audience = 'wherry'

/** How long an access token is good for. */
export const accessMs = 10 * 60 * 1000

const loadKeys = async (settings: Settings) => {
  const { privateKey } = await generateKeyPair(algorithm, { crv: 'Ed25519', extractable: true })
  const kept = await settings.setIfAbsent('access_key', JSON.stringify(await exportJWK(privateKey)))
  const jwk = JSON.parse(kept) as JWK
  const { d: _, ...publicJwk } = jwk
  return { sign: await importJWK(jwk, algorithm), verify: await importJWK(publicJwk, algorithm) }
}

/** Makes and checks tokens; the signing key is kept in the hub's storage. */
export const createTokens = async (settings: Settings, clock: () => number): Promise<Tokens> => {
  const keys = await loadKeys(settings)
  const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex')
  return {
    makeAccess: async (user, session) => {
      // A JWT counts in seconds: the time that is told is the one in the token.
      const expires = Math.floor((clock() + accessMs) / 1000)
      const access = await new SignJWT({ sid: session })
        .setProtectedHeader({ alg: algorithm, typ: type })
        .setSubject(user)
        .setAudience(audience)
        .setIssuedAt(Math.floor(clock() / 1000))
        .setExpirationTime(expires)
        .sign(keys.sign)
      return { access, accessExpiresAt: expires * 1000 }
    },
    verifyAccess: async access => {
      try {
        const { payload } = await jwtVerify(access, keys.verify, {
          algorithms: [algorithm],
          typ: type,
          audience,
          currentDate: new Date(clock()),
          requiredClaims: ['sub', 'exp', 'sid'],
        })
        return {
          user: String(payload.sub),
          session: String(payload.sid),
          expiresAt: Number(payload.exp) * 1000,
        }
      } catch (error) {
        const reason = error instanceof JWTExpired ? 'session_expired' : 'unauthenticated'
        throw new WherryError(reason, undefined, {}, { cause: error })
      }
    },
    newOpaque: () => {
      const token = randomBytes(32).toString('base64url')
      return { token, hash: hashOf(token) }
    },
    hashOf,
    tickets: createTickets(clock),
  }
}
