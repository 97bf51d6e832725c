import { createListeners } from '../../client/core/listeners.ts'
import type { SealedSignals } from '../../client/core/peer/api.ts'

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
