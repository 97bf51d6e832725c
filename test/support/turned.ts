import type { CarrierKind } from '../../client/core/peer/api.ts'
import type { MakePeerConnection, PeerServers } from '../../client/core/peer/peer-connection.ts'
import { directPair } from './direct-pair.ts'
import { turnedConnections } from './turned-connections.ts'

/** What two ends had of each other through the TURN server. */
export type Turned = { kinds: CarrierKind[]; arrived: boolean }

/** Connects two ends through the TURN server alone and sends a message; null if there is no way within `ms`. */
export const turned = async (
  make: MakePeerConnection,
  servers: PeerServers,
  ms: number,
): Promise<Turned | null> => {
  const { found, stop } = directPair(turnedConnections(make), servers)
  const late = Promise.withResolvers<null>()
  const timer = setTimeout(() => late.resolve(null), ms)
  try {
    const ends = await Promise.race([found, late.promise])
    if (!ends) return null
    const [from, to] = ends
    const sent = crypto.getRandomValues(new Uint8Array(from.bestMessageBytes))
    const got = new Promise<Uint8Array>(resolve => to.onMessage(resolve))
    from.send(sent)
    return { kinds: [from.kind, to.kind], arrived: Buffer.from(await got).equals(Buffer.from(sent)) }
  } finally {
    clearTimeout(timer)
    stop()
  }
}
