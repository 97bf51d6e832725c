import { isSecureOrigin } from '../auth/origins.ts'

/** The cookie's lifetime follows the refresh token's: each renewal begins it anew. */
const maxAgeSeconds = 90 * 24 * 60 * 60

/** The name: with the prefix, browsers take it from this very host only. On plain HTTP elsewhere they take none with it. */
const cookieOf = (origin: string): { name: string; attributes: string } =>
  isSecureOrigin(origin)
    ? { name: '__Host-wherry', attributes: 'Path=/; HttpOnly; Secure; SameSite=Strict' }
    : { name: 'wherry', attributes: 'Path=/; HttpOnly; SameSite=Strict' }

/** The refresh token in a Cookie header; null if it has none. */
export const readSessionCookie = (origin: string, header: string | null): string | null => {
  const { name } = cookieOf(origin)
  for (const part of (header ?? '').split(';')) {
    const [key, value] = part.trim().split('=', 2)
    if (key === name && value !== undefined && value !== '') return value
  }
  return null
}

export const setSessionCookie = (origin: string, refresh: string): string => {
  const { name, attributes } = cookieOf(origin)
  return `${name}=${refresh}; Max-Age=${maxAgeSeconds}; ${attributes}`
}

export const clearSessionCookie = (origin: string): string => {
  const { name, attributes } = cookieOf(origin)
  return `${name}=; Max-Age=0; ${attributes}`
}
