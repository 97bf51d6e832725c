import { createListeners } from '../../client/core/listeners.ts'
import type { Carrier, SealedSignals } from '../../client/core/peer/api.ts'
import { directPaths } from '../../client/core/peer/direct.ts'
import type { MakePeerConnection, PeerServers } from '../../client/core/peer/peer-connection.ts'

export type Message = Record<string, unknown>

/** Signals of two that are in one process; `alter` may change what is passed on. */
export const signalPair = (
  alter = (message: Message): Message => message,
): [SealedSignals, SealedSignals] => {
  const [one, two] = [createListeners<Message>(), createListeners<Message>()]
  const side = (own: typeof one, other: typeof one): SealedSignals => ({
    send: async message => void setImmediate(() => other.emit(alter({ ...message }))),
    onMessage: listener => own.add(listener),
    onFailure: () => () => {},
  })
  return [side(one, two), side(two, one)]
}

/** Two that look for a direct way to each other, until `stop`. */
export const directPair = (
  make: MakePeerConnection,
  servers: PeerServers,
  [forSender, forReceiver] = signalPair(),
): { found: Promise<[Carrier, Carrier]>; stop(): void } => {
  const paths = directPaths(make)
  const [a, b] = [Promise.withResolvers<Carrier>(), Promise.withResolvers<Carrier>()]
  const stops = [
    paths({ signals: forSender, role: 'sender', servers, onCarrier: a.resolve }),
    paths({ signals: forReceiver, role: 'receiver', servers, onCarrier: b.resolve }),
  ]
  return {
    found: Promise.all([a.promise, b.promise]),
    stop() {
      for (const stop of stops) stop()
    },
  }
}
