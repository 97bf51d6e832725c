import { createListeners } from '../listeners.ts'
import type { Carrier } from './api.ts'
import { largestMessageBytes, smallMessageBytes } from './link/layout.ts'
import { lowMarkBytes, type PeerChannel } from './peer-connection.ts'

/**
 * Both sides say it first, so that each knows the channel works in both directions. With it each tells whether it sees the
 * way go through a TURN server: to the other side the server's address is a peer's like any other if a packet from there comes
 * before its candidate.
 */
export const readyMessage = (isTurned: boolean): Uint8Array<ArrayBuffer> => Uint8Array.of(isTurned ? 1 : 0)
/** What the other side sees; null for any other message. */
export const readReady = (message: Uint8Array): { isTurned: boolean } | null =>
  message.length === 1 ? { isTurned: message[0] === 1 } : null

export type ChannelCarrier = {
  carrier: Carrier
  /** What the channel's events say. */
  message(bytes: Uint8Array<ArrayBuffer>): void
  low(): void
  close(): void
}

/** A data channel as a carrier. What comes before somebody listens waits. */
export const channelCarrier = (channel: PeerChannel, kind: 'direct' | 'turned'): ChannelCarrier => {
  const messages = createListeners<Uint8Array<ArrayBuffer>>()
  const closings = createListeners<void>()
  let early: Uint8Array<ArrayBuffer>[] | null = []
  let waiting = Promise.withResolvers<void>()
  let isClosed = false

  const low = () => {
    const { resolve } = waiting
    waiting = Promise.withResolvers()
    resolve()
  }
  const close = () => {
    if (isClosed) return
    isClosed = true
    low()
    closings.emit()
    channel.close()
  }

  const carrier: Carrier = {
    kind,
    messageBytes: largestMessageBytes,
    bestMessageBytes: smallMessageBytes,
    send(message) {
      if (isClosed) return
      try {
        channel.send(message as Uint8Array<ArrayBuffer>)
      } catch {
        // It closed, or its buffer is full for good: the link sends what is lost another way.
        close()
      }
    },
    get bufferedBytes() {
      return isClosed ? 0 : channel.bufferedBytes
    },
    drained: () => (isClosed || channel.bufferedBytes < lowMarkBytes ? Promise.resolve() : waiting.promise),
    onMessage(listener) {
      const stop = messages.add(listener)
      const missed = early ?? []
      early = null
      for (const message of missed) messages.emit(message)
      return stop
    },
    onClose(listener) {
      if (isClosed) queueMicrotask(listener)
      return closings.add(listener)
    },
    get closed() {
      return isClosed
    },
    close,
  }
  return {
    carrier,
    message(bytes) {
      if (early) early.push(bytes)
      else messages.emit(bytes)
    },
    low,
    close,
  }
}
