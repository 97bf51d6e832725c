import type { Config } from '../config.ts'
import { isLoopback } from '../transport/addresses.ts'

/** Which pages may use the hub. */
export type Origins = {
  /** Null stands for a client that is no browser: it sends no origin. */
  allows(origin: string | null): boolean
}

const ownOrigins = (config: Pick<Config, 'url' | 'tlsCert'>, port: number): string[] => {
  if (config.url !== null) return [config.url]
  const scheme = config.tlsCert === null ? 'http' : 'https'
  return ['localhost', '127.0.0.1', '[::1]'].map(host => new URL(`${scheme}://${host}:${port}`).origin)
}

/** An exact list: the hub's own address (without WHERRY_URL those of this machine) and WHERRY_ORIGINS. */
export const createOrigins = (
  config: Pick<Config, 'url' | 'origins' | 'tlsCert'>,
  port: () => number,
): Origins => {
  let list: Set<string> | null = null
  return {
    allows: origin => {
      list ??= new Set([...ownOrigins(config, port()), ...config.origins])
      return origin === null || list.has(origin)
    },
  }
}

/** True for pages that browsers give secure cookies to: HTTPS, and this machine's own addresses. */
export const isSecureOrigin = (origin: string): boolean => {
  const { protocol, hostname } = new URL(origin)
  const host = hostname.replace(/^\[|\]$/g, '')
  return protocol === 'https:' || host === 'localhost' || isLoopback(host)
}
