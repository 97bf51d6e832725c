import { WherryError } from '../../../protocol/errors.ts'
import type { ConnectionState, Stop } from '../api.ts'
import { createListeners } from '../listeners.ts'

/** The state of a client and who wants to know of it. */
export const createClientState = () => {
  const listeners = createListeners<ConnectionState>()
  let current: ConnectionState = 'connecting'
  const closed = () => new WherryError('cancelled', 'The client was closed.')
  return {
    get current(): ConnectionState {
      return current
    },
    set(state: ConnectionState): void {
      if (state === current || current === 'closed') return
      current = state
      listeners.emit(state)
    },
    /** Tells it although the state's name may be the same: the sign-in is another. */
    renew(state: ConnectionState, beforeTelling: () => void): void {
      current = state
      beforeTelling()
      listeners.emit(state)
    },
    onState: (listener: (state: ConnectionState) => void): Stop => listeners.add(listener),
    when: (...states: ConnectionState[]): Promise<ConnectionState> =>
      new Promise((resolve, reject) => {
        if (states.includes(current)) return resolve(current)
        if (current === 'closed') return reject(closed())
        const stop = listeners.add(state => {
          if (!states.includes(state) && state !== 'closed') return
          stop()
          if (states.includes(state)) resolve(state)
          else reject(closed())
        })
      }),
    clear: (): void => listeners.clear(),
  }
}
