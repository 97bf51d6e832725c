import { subprotocol } from '../../../protocol/rpc.ts'
import type { Socket, SocketFactory, Timers } from '../api.ts'

/** One socket from its opening to its end. After `lost`, and after drop(), it says nothing more. */
export type Wire = {
  send: Socket['send']
  readonly bufferedBytes: number
  /** Handed to the socket; of text its characters. */
  readonly sentBytes: number
  /** On the clock of the timers. */
  readonly receivedAtMs: number
  readonly receivedMessages: number
  /** Closes the socket without a word to the listener. */
  drop(): void
}

export type WireEvents = {
  open(): void
  text(message: string): void
  binary(message: Uint8Array<ArrayBuffer>): void
  lost(code: number): void
}

export const openWire = (factory: SocketFactory, url: string, timers: Timers, events: WireEvents): Wire => {
  let ended = false
  let receivedAtMs = timers.now()
  let receivedMessages = 0
  let sentBytes = 0
  const received = <T>(pass: (message: T) => void) => {
    return (message: T) => {
      if (ended) return
      receivedAtMs = timers.now()
      receivedMessages += 1
      pass(message)
    }
  }
  const socket = factory(url, subprotocol, {
    open: () => ended || events.open(),
    text: received(events.text),
    binary: received(events.binary),
    close(code) {
      if (ended) return
      ended = true
      events.lost(code)
    },
  })
  return {
    send(message, taken) {
      if (ended) return taken?.()
      sentBytes += message.length
      socket.send(message, taken)
    },
    get bufferedBytes() {
      return socket.bufferedBytes
    },
    get sentBytes() {
      return sentBytes
    },
    get receivedAtMs() {
      return receivedAtMs
    },
    get receivedMessages() {
      return receivedMessages
    },
    drop() {
      ended = true
      socket.close()
    },
  }
}
