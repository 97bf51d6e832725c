import type { Carrier, CarrierKind } from '../../client/core/peer/api.ts'
import { directPaths } from '../../client/core/peer/direct.ts'
import type { MakePeerConnection, PeerServers } from '../../client/core/peer/peer-connection.ts'
import { signalPair } from './signal-pair.ts'
import { turnedConnections } from './turned-connections.ts'

/** What two ends had of each other through the TURN server. */
export type Turned = { kinds: CarrierKind[]; arrived: boolean }

/** Connects two ends through the TURN server alone and sends a message; null if there is no way within `ms`. */
export const turned = async (
  make: MakePeerConnection,
  servers: PeerServers,
  ms: number,
): Promise<Turned | null> => {
  const paths = directPaths(turnedConnections(make))
  const [a, b] = [Promise.withResolvers<Carrier>(), Promise.withResolvers<Carrier>()]
  const [forSender, forReceiver] = signalPair()
  const stops = [
    paths({ signals: forSender, role: 'sender', servers, onCarrier: a.resolve }),
    paths({ signals: forReceiver, role: 'receiver', servers, onCarrier: b.resolve }),
  ]
  const late = Promise.withResolvers<null>()
  const timer = setTimeout(() => late.resolve(null), ms)
  try {
    const found = await Promise.race([Promise.all([a.promise, b.promise]), late.promise])
    if (!found) return null
    const [from, to] = found
    const sent = crypto.getRandomValues(new Uint8Array(from.bestMessageBytes))
    const got = new Promise<Uint8Array>(resolve => to.onMessage(resolve))
    from.send(sent)
    return { kinds: [from.kind, to.kind], arrived: Buffer.from(await got).equals(Buffer.from(sent)) }
  } finally {
    clearTimeout(timer)
    for (const stop of stops) stop()
  }
}
