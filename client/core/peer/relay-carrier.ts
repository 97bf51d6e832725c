import { WherryError } from '../../../protocol/errors.ts'
import { sliceHeaderBytes, writeSliceHeader } from '../../../protocol/frames.ts'
import type { HubClient, Stop, TransferLink } from '../api.ts'
import { createListeners } from '../listeners.ts'
import { createPace } from '../upload/upload-pace.ts'
import type { Carrier } from './api.ts'
import { createEarlyMessages } from './early-messages.ts'
import { createAssembly, createFraming, messageBytes, type SliceListener } from './relay-messages.ts'

/** Of messages that nobody listens to yet: more than the hub gives credit for. */
const mostEarlyBytes = 8 * 1024 * 1024
/** drained() resolves below it. */
const lowBytes = 128 * 1024

/**
 * A message behind room for the header of its slice. `sent`: bytes of it that have gone in slices of their own. `isHeld`: the
 * socket still needs those, which the header of the next slice overwrites.
 */
type Waiting = { index: number; framed: Uint8Array<ArrayBuffer>; sent: number; isHeld: boolean }

/**
 * The relay through the hub as a carrier: a message is one slice, or several where the hub's credit ends within it. It lasts
 * until close(), which whoever has the seat calls when either connection is lost. Throws `disconnected`, `busy` and
 * `quota_exceeded`.
 */
export const openRelay = async (
  client: HubClient & TransferLink,
  room: string,
  /** Opened before, on the same connections: what was credited until the hub answers is in the answer. */
  isReopened = false,
): Promise<Carrier> => {
  const messages = createListeners<Uint8Array<ArrayBuffer>>()
  const closes = createListeners<void>()
  const early = createEarlyMessages(mostEarlyBytes)
  const waiting: Waiting[] = []
  const framing = createFraming()
  const pace = createPace(client)
  const stops: Stop[] = []
  const stream = client.newStream()
  let listening = 0
  let waitingBytes = 0
  let credit = 0
  let made = 0
  let isPacing = false
  let isClosed = false
  let drains: (() => void)[] = []

  const wakeDrained = () => {
    if (waitingBytes >= lowBytes && !isClosed) return
    const woken = drains
    drains = []
    for (const wake of woken) wake()
  }

  const close = () => {
    if (isClosed) return
    isClosed = true
    for (const stop of stops) stop()
    waiting.length = 0
    early.take()
    waitingBytes = 0
    wakeDrained()
    closes.emit()
  }

  /** As much of the oldest message as there is credit for. */
  const sendSome = (message: Waiting) => {
    const { index, framed, sent: offset } = message
    const left = framed.length - sliceHeaderBytes - offset
    const length = Math.min(left, credit)
    const last = length === left
    message.sent += length
    message.isHeld = true
    waitingBytes -= length
    credit -= length
    if (last) waiting.shift()
    writeSliceHeader(new DataView(framed.buffer), offset, { stream, index, offset, length, last })
    pace.sent()
    client.sendBinary(framed.subarray(offset, offset + sliceHeaderBytes + length), () => {
      message.isHeld = false
      if (last) framing.keep(framed)
      else pump()
    })
  }

  const pump = () => {
    try {
      for (let [next] = waiting; next && !next.isHeld && credit > 0 && !isPacing; [next] = waiting) {
        if (pace.ready()) sendSome(next)
        else void waitForPace()
      }
    } catch {
      // The connection is gone; what has the seat learns it by itself.
      close()
    }
    wakeDrained()
  }
  const waitForPace = async () => {
    isPacing = true
    await pace.wait()
    isPacing = false
    if (!isClosed) pump()
  }

  const assemble = createAssembly(message => {
    if (listening > 0) return messages.emit(message)
    if (!early.keep(message)) close()
  })
  const onSlice: SliceListener = slice => {
    try {
      if (!isClosed) assemble(slice)
    } catch {
      close()
    }
  }

  stops.push(
    client.onSlice(stream, onSlice),
    // Before the answer, too: an event behind it may be read in the same moment.
    client.on('room.credited', given => {
      if (given.room !== room) return
      credit += given.credit
      pump()
    }),
    client.on('room.relayEnded', ended => ended.room === room && close()),
  )
  try {
    const answer = await client.call('room.relay', { room, stream }, { retry: false })
    credit = answer.credit + (isReopened ? 0 : credit)
    pump()
  } catch (error) {
    close()
    throw error
  }

  return {
    kind: 'relayed',
    messageBytes,
    bestMessageBytes: messageBytes,
    get bufferedBytes() {
      return waitingBytes
    },
    get closed() {
      return isClosed
    },
    send(message) {
      if (isClosed || message.length === 0) return
      if (message.length > messageBytes) throw new WherryError('too_large')
      waiting.push({ index: made, framed: framing.frame(message), sent: 0, isHeld: false })
      made = (made + 1) >>> 0
      waitingBytes += message.length
      pump()
    },
    drained: () =>
      isClosed || waitingBytes < lowBytes
        ? Promise.resolve()
        : new Promise(resolve => drains.push(() => resolve())),
    onMessage(listener) {
      const stop = messages.add(listener)
      listening += 1
      for (const message of early.take()) listener(message)
      let isStopped = false
      return () => {
        stop()
        if (!isStopped) listening -= 1
        isStopped = true
      }
    },
    onClose(listener) {
      if (!isClosed) return closes.add(listener)
      queueMicrotask(listener)
      return () => {}
    },
    close,
  }
}
