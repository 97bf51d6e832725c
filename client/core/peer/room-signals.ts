import type { Stop } from '../api.ts'
import { createListeners } from '../listeners.ts'

/** Envelopes that wait; 16 KiB each at most. */
const mostWaiting = 64

/**
 * The envelopes of the other side, in order. They wait while nobody listens (between two sets of keys nothing is to be lost),
 * and while they are closed: nobody hears one before hearing that the other side is there.
 */
export const createRoomSignals = () => {
  const listeners = createListeners<string>()
  let waiting: string[] = []
  let listening = 0
  let isOpen = false

  const flush = () => {
    while (isOpen && listening > 0 && waiting.length > 0) listeners.emit(waiting.shift() ?? '')
  }

  return {
    received(envelope: string): void {
      if (waiting.length >= mostWaiting) return
      const isNext = waiting.push(envelope) === 1
      if (isNext) flush()
    },
    listen(listener: (envelope: string) => void): Stop {
      const stop = listeners.add(listener)
      listening += 1
      // Not before it can stop: the first may be enough.
      queueMicrotask(flush)
      let isListening = true
      return () => {
        stop()
        if (isListening) listening -= 1
        isListening = false
      }
    },
    open(): void {
      isOpen = true
      flush()
    },
    /** What waits came from a connection that is gone. */
    close(): void {
      isOpen = false
      waiting = []
    },
  }
}
