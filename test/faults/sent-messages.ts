import { bytesOf, type SystemCall } from './system-calls.ts'

/** A text that left a socket: the call that gave its last byte to the system began at `begun`. */
export type SentMessage = { begun: number; message: Record<string, unknown> }

const textFrame = 0x81
const http = Buffer.from('HTTP/1.1 ')
const upgrade = Buffer.from('HTTP/1.1 101 ')
const headEnd = '\r\n\r\n'

/** What the hub told its clients while it was traced, read back from what it gave to its sockets. */
export const sentMessages = (calls: readonly SystemCall[]): SentMessage[] => {
  const sockets = new Map<string, SystemCall[]>()
  for (const call of calls) {
    if (call.name !== 'sendto' || call.result <= 0) continue
    sockets.set(call.path, [...(sockets.get(call.path) ?? []), call])
  }
  return [...sockets.values()].flatMap(messagesOf)
}

const messagesOf = (sends: readonly SystemCall[]): SentMessage[] => {
  const messages: SentMessage[] = []
  let bytes: Buffer = Buffer.alloc(0)
  for (const send of sends) {
    bytes = afterUpgrade(Buffer.concat([bytes, bytesOf(send).subarray(0, send.result)]))
    if (bytes.subarray(0, http.length).equals(http)) return []
    for (let frame = frameOf(bytes); frame !== null; frame = frameOf(bytes)) {
      bytes = bytes.subarray(frame.end)
      if (frame.kind === textFrame)
        messages.push({ begun: send.begun, message: JSON.parse(frame.payload.toString()) })
    }
  }
  return messages
}

const afterUpgrade = (bytes: Buffer): Buffer =>
  bytes.subarray(0, upgrade.length).equals(upgrade)
    ? bytes.subarray(bytes.indexOf(headEnd) + headEnd.length)
    : bytes

/** The first frame of a server, whose frames are not masked; null while it is not whole. */
const frameOf = (bytes: Buffer): { kind: number; payload: Buffer; end: number } | null => {
  const [kind, short] = bytes
  if (kind === undefined || short === undefined) return null
  const start = short === 127 ? 10 : short === 126 ? 4 : 2
  if (bytes.length < start) return null
  const length =
    short === 127 ? Number(bytes.readBigUInt64BE(2)) : short === 126 ? bytes.readUInt16BE(2) : short
  const end = start + length
  return bytes.length < end ? null : { kind, payload: bytes.subarray(start, end), end }
}
