export type HttpConnectionLimits = {
  /** Connections of plain HTTP, of all clients. */
  most: number
  /** New ones from one address in `latelyMs` while many are open. */
  mostPerAddress: number
  /** Connections of plain HTTP and sockets together: what the system has descriptors for. */
  mostTogether: number
  /** What a peer is counted by; null for one that speaks for many, as a proxy does. */
  keyOf(peer: string): string | null
  clock: () => number
}

/**
 * The connections that are no sockets (yet). uWebSockets.js tells that one went, but not whose it was: so they are counted in
 * all, and by address only as they come.
 */
export type HttpConnections = {
  /** More than half of what may be is open: an answer ends its connection, so that others find a place. */
  isCrowded(): boolean
  /** One came; false if it has to be closed, which is told by closed() as of any other. */
  opened(peer: string): boolean
  /** One went, or became a socket. */
  closed(): void
}

/** What asks for nothing is closed by uWebSockets.js after 10 s, which it looks at each 4 s. */
export const latelyMs = 15_000

export const createHttpConnections = (
  limits: HttpConnectionLimits,
  sockets: () => number,
): HttpConnections => {
  let count = 0
  let lately = new Map<string, number>()
  let latelyFrom = 0

  const most = (): number => Math.min(limits.most, limits.mostTogether - sockets())
  const isCrowded = (): boolean => count > most() / 2

  const cameLately = (key: string): number => {
    const now = limits.clock()
    if (now - latelyFrom >= latelyMs) {
      lately = new Map()
      latelyFrom = now
    }
    const came = (lately.get(key) ?? 0) + 1
    lately.set(key, came)
    return came
  }

  return {
    isCrowded,
    opened: peer => {
      count++
      if (count > most()) return false
      if (!isCrowded()) return true
      const key = limits.keyOf(peer)
      return key === null || cameLately(key) <= limits.mostPerAddress
    },
    closed: () => {
      count--
    },
  }
}
