import { WherryError } from '../../../../protocol/errors.ts'
import { type PeerMessage, parsePeerMessage, peerLimits } from '../../../../protocol/peer.ts'
import type { Stop } from '../../api.ts'
import type { PeerLink } from '../api.ts'
import { createGathering } from '../gathering.ts'

/**
 * A transfer's messages, as the link carries them: a byte for the kind, then for `control` JSON, in parts where it is long;
 * for `data` `u32 file, u32 chunk, u32 offset`, with offset 0 the 32 bytes of the chunk's SHA-256, and bytes of the chunk;
 * for `root` `u32 file` and 32 bytes. Little-endian.
 */
const kinds = { control: 1, data: 2, root: 3, controlPart: 4 } as const

const dataHeadBytes = 13
const rootHeadBytes = 5
const hashBytes = 32

export type Slice = {
  file: number
  chunk: number
  offset: number
  /** With the first slice of a chunk. */
  hash: Uint8Array<ArrayBuffer> | null
  /** Gone when whoever is told of the slice returns. */
  bytes: Uint8Array<ArrayBuffer>
}

export type Wire = {
  tell(message: PeerMessage): Promise<void>
  /** A chunk in slices; resolves when the link took them. */
  sendChunk(file: number, chunk: number, hash: Uint8Array, bytes: Uint8Array): Promise<void>
  sendRoot(file: number, root: Uint8Array): Promise<void>
  stop: Stop
}

export type WireEvents = {
  message(message: PeerMessage): void
  slice(slice: Slice): void
  root(file: number, root: Uint8Array<ArrayBuffer>): void
  /** Bytes of chunks that were sent have arrived. */
  arrived(bytes: number): void
  /** The other side said what nobody says. */
  broken(error: WherryError): void
}

/** What one side of a transfer says and hears over a link. */
export const createWire = (link: PeerLink, events: WireEvents): Wire => {
  const encoder = new TextEncoder()
  const head = new Uint8Array(dataHeadBytes + hashBytes)
  const headView = new DataView(head.buffer)
  const gathering = createGathering(peerLimits.controlBytes)
  let telling: Promise<void> = Promise.resolve()
  /** Slices, and how much the link has brought when it has brought them. */
  const onWay: { until: number; bytes: number }[] = []

  const arrived = () => {
    let bytes = 0
    for (let [first] = onWay; first && first.until <= link.arrivedBytes; [first] = onWay) {
      bytes += first.bytes
      onWay.shift()
    }
    if (bytes > 0) events.arrived(bytes)
  }

  const sendControl = async (json: Uint8Array) => {
    const most = link.bestMessageBytes - 1
    for (let at = 0; at < json.length; at += most) {
      const part = json.subarray(at, at + most)
      const message = new Uint8Array(1 + part.length)
      message[0] = at + most < json.length ? kinds.controlPart : kinds.control
      message.set(part, 1)
      await link.send(message)
    }
  }

  const receiveControl = (part: Uint8Array<ArrayBuffer>, isLast: boolean) => {
    const isWhole = isLast && gathering.length === 0
    if (!isWhole && !gathering.add(part)) throw new WherryError('invalid_message')
    if (!isLast) return
    const json = isWhole ? part : gathering.take()
    const message = parsePeerMessage(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(json)))
    if (!message) throw new WherryError('invalid_message')
    events.message(message)
  }

  const receiveData = (message: Uint8Array<ArrayBuffer>, view: DataView) => {
    const offset = view.getUint32(9, true)
    const start = dataHeadBytes + (offset === 0 ? hashBytes : 0)
    if (message.length <= start) throw new WherryError('invalid_message')
    events.slice({
      file: view.getUint32(1, true),
      chunk: view.getUint32(5, true),
      offset,
      hash: offset === 0 ? message.subarray(dataHeadBytes, start) : null,
      bytes: message.subarray(start),
    })
  }

  const receive = (message: Uint8Array<ArrayBuffer>) => {
    const view = new DataView(message.buffer, message.byteOffset, message.length)
    const kind = message[0]
    if (kind === kinds.control || kind === kinds.controlPart)
      receiveControl(message.subarray(1), kind === kinds.control)
    else if (kind === kinds.data && message.length > dataHeadBytes) receiveData(message, view)
    else if (kind === kinds.root && message.length === rootHeadBytes + hashBytes)
      events.root(view.getUint32(1, true), message.slice(rootHeadBytes))
    else throw new WherryError('invalid_message')
  }

  const stopArrivals = link.onArrival(arrived)
  const stopMessages = link.onMessage(message => {
    try {
      receive(message)
    } catch (cause) {
      stop()
      events.broken(
        cause instanceof WherryError ? cause : new WherryError('invalid_message', undefined, {}, { cause }),
      )
    }
  })

  const stop = () => {
    stopArrivals()
    stopMessages()
  }

  /** A slice as long as fits; the first carries the hash. */
  const sendSlice = async (
    file: number,
    chunk: number,
    offset: number,
    hash: Uint8Array,
    bytes: Uint8Array,
  ) => {
    headView.setUint8(0, kinds.data)
    headView.setUint32(1, file, true)
    headView.setUint32(5, chunk, true)
    headView.setUint32(9, offset, true)
    if (offset === 0) head.set(hash, dataHeadBytes)
    const end = Math.min(bytes.length, offset + sliceBytes(bytes.length))
    await link.send(offset === 0 ? head : head.subarray(0, dataHeadBytes), bytes.subarray(offset, end))
    onWay.push({ until: link.sentBytes, bytes: end - offset })
    return end
  }

  /** Slices of about the same length. */
  const sliceBytes = (size: number) => {
    const most = link.bestMessageBytes - dataHeadBytes - hashBytes
    return Math.ceil(size / Math.ceil(size / most))
  }

  return {
    tell(message) {
      telling = telling.then(() => sendControl(encoder.encode(JSON.stringify(message))))
      telling.catch(() => {})
      return telling
    },
    async sendChunk(file, chunk, hash, bytes) {
      for (let at = 0; at < bytes.length; ) at = await sendSlice(file, chunk, at, hash, bytes)
    },
    async sendRoot(file, root) {
      const message = new Uint8Array(rootHeadBytes + hashBytes)
      message[0] = kinds.root
      new DataView(message.buffer).setUint32(1, file, true)
      message.set(root, rootHeadBytes)
      await link.send(message)
    },
    stop,
  }
}
