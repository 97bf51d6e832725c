import type { Stop } from './api.ts'

export type Listeners<T> = {
  add(listener: (value: T) => void): Stop
  emit(value: T): void
  clear(): void
}

/** A set of listeners. One that throws does not keep the others from being called; its error is thrown on its own. */
export const createListeners = <T>(): Listeners<T> => {
  const active = new Set<{ call(value: T): void }>()
  return {
    add(listener) {
      const own = { call: listener }
      active.add(own)
      return () => void active.delete(own)
    },
    emit(value) {
      for (const listener of [...active]) {
        if (!active.has(listener)) continue
        try {
          listener.call(value)
        } catch (error) {
          queueMicrotask(() => {
            throw error
          })
        }
      }
    },
    clear: () => active.clear(),
  }
}
