import { createListeners } from '../../client/core/listeners.ts'
import type { Carrier, SealedSignals } from '../../client/core/peer/api.ts'
import { directPaths } from '../../client/core/peer/direct.ts'
import type { PeerServers } from '../../client/core/peer/peer-connection.ts'
import { loadRtc } from '../../client/node/peer/rtc.ts'
import type { Turned } from './turned.ts'
import { turnedConnections } from './turned-connections.ts'

/** A process with both ends of a channel that has no way but a TURN server: see turned.ts. Arguments: servers as JSON, ms. */
const [servers = '', ms = ''] = process.argv.slice(2)

type Message = Record<string, unknown>

const signalPair = (): [SealedSignals, SealedSignals] => {
  const [one, two] = [createListeners<Message>(), createListeners<Message>()]
  const side = (own: typeof one, other: typeof one): SealedSignals => ({
    send: async message => void setImmediate(() => other.emit({ ...message })),
    onMessage: listener => own.add(listener),
    onFailure: () => () => {},
  })
  return [side(one, two), side(two, one)]
}

/** Null if there is no way within the time. */
const connect = async (servers: PeerServers, ms: number): Promise<[Carrier, Carrier] | null> => {
  const rtc = await loadRtc()
  if (!rtc) throw new Error('node-datachannel has no binary here')
  const [a, b] = [Promise.withResolvers<Carrier>(), Promise.withResolvers<Carrier>()]
  const [forSender, forReceiver] = signalPair()
  const paths = directPaths(turnedConnections(rtc.make))
  paths({ signals: forSender, role: 'sender', servers, onCarrier: a.resolve })
  paths({ signals: forReceiver, role: 'receiver', servers, onCarrier: b.resolve })
  const late = new Promise<null>(resolve => setTimeout(() => resolve(null), ms))
  return Promise.race([Promise.all([a.promise, b.promise]), late])
}

const exchange = async ([from, to]: [Carrier, Carrier]): Promise<Turned> => {
  const sent = crypto.getRandomValues(new Uint8Array(from.bestMessageBytes))
  const got = new Promise<Uint8Array>(resolve => to.onMessage(resolve))
  from.send(sent)
  return { kinds: [from.kind, to.kind], arrived: Buffer.from(await got).equals(Buffer.from(sent)) }
}

const found = await connect(JSON.parse(servers) as PeerServers, Number(ms))
const turned: Turned | null = found && (await exchange(found))
process.stdout.write(`${JSON.stringify(turned)}\n`, () => process.exit())
