import type { EventName, EventParams } from '../../../protocol/table.ts'
import type { Stop } from '../api.ts'
import { createListeners, type Listeners } from '../listeners.ts'

/** Listeners for each event of the table. */
export const createClientEvents = () => {
  const byName = new Map<EventName, Listeners<unknown>>()
  const of = (name: EventName): Listeners<unknown> => {
    const known = byName.get(name) ?? createListeners<unknown>()
    byName.set(name, known)
    return known
  }
  return {
    on: <N extends EventName>(name: N, listener: (params: EventParams<N>) => void): Stop =>
      of(name).add(params => listener(params as EventParams<N>)),
    emit: (name: EventName, params: unknown): void => byName.get(name)?.emit(params),
    clear: (): void => byName.clear(),
  }
}
