import { createHash, timingSafeEqual } from 'node:crypto'
import type { Storage } from '../../storage/storage.ts'
import type { HubMetrics } from '../metrics.ts'
import { isLoopback } from '../transport/addresses.ts'
import type { Door, HttpRequest, HttpRoute } from '../transport/http.ts'

export type HealthParts = {
  /** Null while the hub takes changes and can read what it stores, else why not. */
  problem(): string | null
  metrics: HubMetrics
  metricsToken: string | null
}

/** Why the hub takes no changes, or cannot read what it stores, as a sentence; null where it does both. */
export const troubleOf = ({ problem, chunks }: Pick<Storage, 'problem' | 'chunks'>): string | null =>
  problem() ?? chunks.health().unreadable

const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' }

const proxyHeaders = [
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-real-ip',
  'forwarded',
  'via',
]

/** `localhost:8080`, `127.0.0.1:8080`, `[::1]:8080`. */
const namesLoopback = (host: string): boolean => {
  const name = host.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1')
  return name === 'localhost' || isLoopback(name)
}

/** From this machine, and not through a proxy on it. */
const isLocal = (request: HttpRequest): boolean =>
  isLoopback(request.address) &&
  namesLoopback(request.header('host') ?? '') &&
  proxyHeaders.every(name => request.header(name) === null)

const hasToken = (request: HttpRequest, token: string): boolean => {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  const header = request.header('authorization')
  return header !== null && timingSafeEqual(digest(header), digest(`Bearer ${token}`))
}

/** `/healthz`: the process answers. `/readyz`: it takes changes and can read what it stores. `/metrics`: for Prometheus. */
export const healthRoutes = ({ problem, metrics, metricsToken }: HealthParts): HttpRoute[] => {
  const live: Door = (_request, response) => response.end(200, headers, '{"status":"ok"}\n')
  const ready: Door = (_request, response) => {
    const trouble = problem()
    const body = JSON.stringify(
      trouble === null ? { status: 'ok' } : { status: 'unavailable', problem: trouble },
    )
    response.end(trouble === null ? 200 : 503, headers, `${body}\n`)
  }
  const measure: Door = async (request, response) => {
    const isAllowed = metricsToken === null ? isLocal(request) : hasToken(request, metricsToken)
    if (isAllowed) {
      response.end(200, { ...headers, 'content-type': metrics.contentType }, await metrics.text())
    } else {
      response.end(metricsToken === null ? 403 : 401, headers, '{"status":"refused"}\n')
    }
  }
  return [
    { method: 'get', pattern: '/healthz', door: live },
    { method: 'get', pattern: '/readyz', door: ready },
    { method: 'get', pattern: '/metrics', door: measure },
  ]
}
