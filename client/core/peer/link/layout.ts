/**
 * How a link lies in a carrier's message, little-endian: `u32 tag`, which names the link, then units of `u32 length` and a
 * frame of that many bytes: `u64 number`, ciphertext, 16 bytes of tag. A frame in plain: `u8 kind`, `u64 acknowledged` (all
 * numbers below it have arrived), and for data messages, each as `u32 length` and its bytes.
 */

/** What data channels bring fastest in one message. */
export const smallMessageBytes = 64 * 1024
/** What every carrier takes in one message: data channels of all stacks do, and of the hub's relay it is the limit. */
export const largestMessageBytes = 256 * 1024

export const tagBytes = 4
const lengthBytes = 4
const numberBytes = 8
/** The tag of AES-GCM behind the ciphertext. */
export const sealBytes = 16
const plainHeadBytes = 1 + numberBytes
const unitHeadBytes = lengthBytes + numberBytes

/** A frame in plain, at most, that fits a carrier's message alone. */
export const plainBytesIn = (messageBytes: number): number =>
  messageBytes - tagBytes - unitHeadBytes - sealBytes
/** A message of the link, at most, in a frame of its own. */
export const messageBytesIn = (plainBytes: number): number => plainBytes - plainHeadBytes - lengthBytes

export type FrameKind = (typeof frameKinds)[keyof typeof frameKinds]
export const frameKinds = { data: 1, close: 2, ack: 3, ping: 4, pong: 5 } as const

/**
 * Numbers from here on are loose: such a frame is not sent again and not acknowledged, and stands for itself. Acks and pings
 * are, so that a lost one holds nothing up.
 */
export const firstLoose = 2 ** 52

export const writeNumber = (view: DataView, at: number, value: number): void => {
  view.setUint32(at, value >>> 0, true)
  view.setUint32(at + 4, Math.floor(value / 2 ** 32), true)
}

/** Infinity for what is no safe integer, which no frame of ours carries. */
const readNumber = (view: DataView, at: number): number => {
  const value = view.getUint32(at + 4, true) * 2 ** 32 + view.getUint32(at, true)
  return Number.isSafeInteger(value) ? value : Number.POSITIVE_INFINITY
}

export type Unit = { number: number; sealed: Uint8Array<ArrayBuffer> }

export const unitBytes = (sealed: Uint8Array): number => unitHeadBytes + sealed.length

/** Puts units into one message, which is a view of `into`. */
export const packUnits = (
  tag: number,
  units: readonly Unit[],
  into: Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> => {
  const view = new DataView(into.buffer, into.byteOffset)
  view.setUint32(0, tag, true)
  let at = tagBytes
  for (const { number, sealed } of units) {
    view.setUint32(at, numberBytes + sealed.length, true)
    writeNumber(view, at + lengthBytes, number)
    into.set(sealed, at + unitHeadBytes)
    at += unitBytes(sealed)
  }
  return into.subarray(0, at)
}

/** The units of a message; `stale` if it is of another link, null if it is malformed. */
export const readUnits = (message: Uint8Array<ArrayBuffer>, tag: number): Unit[] | 'stale' | null => {
  if (message.length < tagBytes) return null
  const view = new DataView(message.buffer, message.byteOffset, message.length)
  if (view.getUint32(0, true) !== tag) return 'stale'
  const units: Unit[] = []
  for (let at = tagBytes; at < message.length; ) {
    if (at + unitHeadBytes + sealBytes > message.length) return null
    const end = at + lengthBytes + view.getUint32(at, true)
    if (end < at + unitHeadBytes + sealBytes || end > message.length) return null
    units.push({
      number: readNumber(view, at + lengthBytes),
      sealed: message.subarray(at + unitHeadBytes, end),
    })
    at = end
  }
  return units
}

/** Memory for a frame, first in plain and then sealed. */
export const frameMemory = (plainBytes: number): Uint8Array<ArrayBuffer> =>
  new Uint8Array(plainBytes + sealBytes)

/** A frame in plain that grows message by message, in `memory`. */
export const createPlain = (kind: FrameKind, memory: Uint8Array<ArrayBuffer>) => {
  const view = new DataView(memory.buffer)
  let length = plainHeadBytes
  let messageBytes = 0
  view.setUint8(0, kind)
  return {
    memory,
    hasRoom: (messageBytes: number): boolean =>
      length + lengthBytes + messageBytes + sealBytes <= memory.length,
    /** A message of these parts. */
    add(...parts: Uint8Array[]): void {
      const lengthAt = length
      length += lengthBytes
      for (const part of parts) {
        memory.set(part, length)
        length += part.length
        messageBytes += part.length
      }
      view.setUint32(lengthAt, length - lengthAt - lengthBytes, true)
    },
    /** So much of its memory is used that it need not wait for more messages. */
    get isWorthSealing(): boolean {
      return 2 * length >= memory.length
    },
    get length(): number {
      return length
    },
    /** Of its messages alone. */
    get messageBytes(): number {
      return messageBytes
    },
    acknowledge: (number: number): void => writeNumber(view, 1, number),
  }
}
export type Plain = ReturnType<typeof createPlain>

/** What a frame with one message needs, at least. */
export const plainBytesFor = (messageBytes: number): number => plainHeadBytes + lengthBytes + messageBytes

/** `messages` are views of `plain`. */
export type Opened = {
  kind: number
  acknowledged: number
  messages: Uint8Array<ArrayBuffer>[]
  plain: Uint8Array<ArrayBuffer>
}

/** Null if it is malformed. */
export const readPlain = (plain: Uint8Array<ArrayBuffer>): Opened | null => {
  if (plain.length < plainHeadBytes) return null
  const view = new DataView(plain.buffer, plain.byteOffset, plain.length)
  const messages: Uint8Array<ArrayBuffer>[] = []
  for (let at = plainHeadBytes; at < plain.length; ) {
    if (at + lengthBytes > plain.length) return null
    const start = at + lengthBytes
    at = start + view.getUint32(at, true)
    if (at > plain.length) return null
    messages.push(plain.subarray(start, at))
  }
  return { kind: view.getUint8(0), acknowledged: readNumber(view, 1), messages, plain }
}
