import { WherryError } from '../../../protocol/errors.ts'
import { createListeners } from '../listeners.ts'
import type { SealedSignals } from './api.ts'

/** What came before somebody listens. */
const mostWaiting = 100

/** Signals that go on over one pairing after another: what is lost in between was of no use any more. */
export const createSignalRelay = (): SealedSignals & {
  use(signals: SealedSignals | null): void
  received(message: Record<string, unknown>): void
} => {
  const messages = createListeners<Record<string, unknown>>()
  const failures = createListeners<WherryError>()
  let current: SealedSignals | null = null
  let waiting: Record<string, unknown>[] | null = []
  return {
    use(signals) {
      current = signals
    },
    received(message) {
      if (!waiting) messages.emit(message)
      else if (waiting.length < mostWaiting) waiting.push(message)
    },
    send: message => current?.send(message) ?? Promise.reject(new WherryError('disconnected')),
    onMessage(listener) {
      const stop = messages.add(listener)
      const missed = waiting ?? []
      waiting = null
      for (const message of missed) messages.emit(message)
      return () => {
        stop()
        waiting ??= []
      }
    },
    onFailure: failures.add,
  }
}
