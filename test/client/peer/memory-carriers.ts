import { createListeners } from '../../../client/core/listeners.ts'
import type { Carrier, CarrierKind } from '../../../client/core/peer/api.ts'

type Message = Uint8Array<ArrayBuffer>

/** What may happen to a message on its way: each copy that comes out is delivered. */
export type OnWay = (message: Message) => Message[] | Promise<Message[]>

export type MemoryCarrier = Carrier & { sentMessages: number; sentBytes: number; isSilent: boolean }

const KiB = 1024

const pass: OnWay = message => [message]

/** Two ends of one way in memory. Messages are delivered in later turns, in order; a closed way loses what is on it. */
export const memoryCarriers = (
  kind: CarrierKind,
  { onWay = pass, messageBytes = 64 * KiB, bytesPerMs = Number.POSITIVE_INFINITY } = {} as {
    onWay?: OnWay
    /** That it brings fastest. */
    messageBytes?: number
    bytesPerMs?: number
  },
): [MemoryCarrier, MemoryCarrier] & { cut(): void } => {
  let isCut = false
  const closings = createListeners<void>()
  const cut = () => {
    if (isCut) return
    isCut = true
    closings.emit()
  }

  const end = () => {
    const messages = createListeners<Message>()
    /** Until somebody listens. */
    let early: Message[] | null = []
    const queue: Message[] = []
    let bufferedBytes = 0
    let isRunning = false
    const drains: (() => void)[] = []
    let other: { deliver(message: Message): void }

    const drain = () => {
      for (const resolve of drains.splice(0)) resolve()
    }
    closings.add(drain)

    const run = async () => {
      isRunning = true
      for (let message = queue.shift(); message && !isCut; message = queue.shift()) {
        if (Number.isFinite(bytesPerMs))
          await new Promise(resolve => setTimeout(resolve, message.length / bytesPerMs))
        else await null
        const copies = carrier.isSilent ? [] : await onWay(message)
        for (const copy of copies) if (!isCut) other.deliver(copy)
        bufferedBytes -= message.length
        if (bufferedBytes < 128 * 1024) drain()
      }
      isRunning = false
    }

    const carrier: MemoryCarrier = {
      kind,
      messageBytes: Math.max(messageBytes, 256 * KiB),
      bestMessageBytes: messageBytes,
      sentMessages: 0,
      sentBytes: 0,
      isSilent: false,
      send(message) {
        if (isCut) return
        if (message.length > carrier.messageBytes)
          throw new Error('A message is larger than the carrier takes.')
        carrier.sentMessages++
        carrier.sentBytes += message.length
        bufferedBytes += message.length
        queue.push(message.slice() as Message)
        if (!isRunning) void run()
      },
      get bufferedBytes() {
        return bufferedBytes
      },
      drained: () =>
        isCut || bufferedBytes < 128 * 1024
          ? Promise.resolve()
          : new Promise<void>(resolve => drains.push(resolve)),
      onMessage(listener) {
        const stop = messages.add(listener)
        const missed = early ?? []
        early = null
        for (const message of missed) messages.emit(message)
        return stop
      },
      onClose(listener) {
        if (isCut) queueMicrotask(listener)
        return closings.add(listener)
      },
      get closed() {
        return isCut
      },
      close: cut,
    }
    return {
      carrier,
      deliver(message: Message) {
        if (early) early.push(message)
        else messages.emit(message)
      },
      join(to: typeof other) {
        other = to
      },
    }
  }
  const a = end()
  const b = end()
  a.join(b)
  b.join(a)
  return Object.assign([a.carrier, b.carrier] as [MemoryCarrier, MemoryCarrier], { cut })
}
