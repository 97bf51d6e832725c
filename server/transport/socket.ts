import type { WebSocket } from 'uWebSockets.js'
import { limits } from '../../protocol/limits.ts'
import type { Connection, Principal } from '../connection.ts'

/** A connection with what the dispatcher and the transport need besides. */
export type Socket = Connection & {
  /** Sends a text message. False if the connection is closed. */
  sendText(message: string): boolean
}

/** What the transport keeps with each socket. */
export type SocketData = {
  id: string
  address: string
  agent: string
  socket: OpenSocket | null
}

/** The transport's own side of a socket. */
export type OpenSocket = {
  socket: Socket
  /** Called by uWebSockets.js when its buffer got shorter. */
  onDrain(): void
  /** uWebSockets.js has answered a ping. */
  onPing(): void
  onClosed(): void
  /** Closes the socket if bytes have waited since the look before the last one and the network took none of them. */
  checkProgress(): void
}

export type SocketMeter = { sent(bytes: number): void }

type Waiter = { isReady: (buffered: number) => boolean; resolve: (open: boolean) => void }

/** uWebSockets.js says so when a message was dropped because the send buffer is full. */
const dropped = 2

/** Wraps a socket of uWebSockets.js: nothing of it is touched after its close, and teardown runs once. */
export const openSocket = (ws: WebSocket<SocketData>, meter: SocketMeter): OpenSocket => {
  const { id, address, agent } = ws.getUserData()
  const closeListeners = new Set<() => void>()
  let waiters: Waiter[] = []
  let principal: Principal | null = null
  let closed = false
  let ending = false
  let stalledLooks = 0
  let sentBytes = 0

  const send = (message: string | Uint8Array, isBinary: boolean): boolean => {
    if (closed || ending) return false
    const status = ws.send(message, isBinary)
    if (status === dropped) {
      // What was promised in order is missing now: this session cannot go on.
      ws.close()
      return false
    }
    const bytes = typeof message === 'string' ? Buffer.byteLength(message) : message.length
    sentBytes += bytes
    meter.sent(bytes)
    return true
  }

  const settle = (): void => {
    if (waiters.length === 0) return
    const buffered = closed ? 0 : ws.getBufferedAmount()
    const ready = waiters.filter(waiter => closed || waiter.isReady(buffered))
    if (ready.length === 0) return
    waiters = waiters.filter(waiter => !ready.includes(waiter))
    for (const waiter of ready) waiter.resolve(!closed)
  }

  const wait = (isReady: Waiter['isReady']): Promise<boolean> => {
    if (closed) return Promise.resolve(false)
    if (isReady(ws.getBufferedAmount())) return Promise.resolve(true)
    return new Promise(resolve => waiters.push({ isReady, resolve }))
  }

  const socket: Socket = {
    id,
    address,
    agent,
    get closed() {
      return closed || ending
    },
    get principal() {
      return principal
    },
    set principal(value) {
      principal = value
    },
    sendText: message => send(message, false),
    notify: (method, params) => send(JSON.stringify({ jsonrpc: '2.0', method, params }), false),
    sendBinary: message => send(message, true),
    bufferedBytes: () => (closed ? 0 : ws.getBufferedAmount()),
    get sentBytes() {
      return sentBytes
    },
    // What was sent later is what waits last.
    whenSent: bytes => wait(buffered => sentBytes - buffered >= bytes),
    drained: below => wait(buffered => buffered < below),
    subscribe: topic => void (closed || ws.subscribe(topic)),
    unsubscribe: topic => void (closed || ws.unsubscribe(topic)),
    onClose: listener => {
      if (closed) listener()
      else closeListeners.add(listener)
      return () => closeListeners.delete(listener)
    },
    close: (code, reason) => {
      if (closed || ending) return
      ending = true
      ws.end(code, reason)
    },
  }

  return {
    socket,
    // Not during the event: after it, uWebSockets.js no longer waits for room in the kernel, also if a message of 16 KiB or
    // more that was sent meanwhile went in part only. Its rest would stay here (uSockets; as told in oven-sh/bun#38177).
    onDrain: () => {
      stalledLooks = 0
      setImmediate(settle)
    },
    // Pongs wait in the send buffer like all else, which is made for those who signed in.
    onPing: () => {
      if (principal === null && ws.getBufferedAmount() > limits.guestMessageBytes) ws.close()
    },
    onClosed: () => {
      closed = true
      settle()
      for (const listener of closeListeners) listener()
      closeListeners.clear()
    },
    checkProgress: () => {
      if (closed || ws.getBufferedAmount() === 0) stalledLooks = 0
      else if (++stalledLooks > 2) ws.close()
    },
  }
}
