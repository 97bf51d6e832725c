import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { subprotocol } from '../../protocol/rpc.ts'

export const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const

/** A frame of RFC 6455, section 5.2, with whatever is wrong about it. */
export type RawFrame = {
  opcode: number
  payload?: Uint8Array | string
  isFinal?: boolean
  /** The three reserved bits. */
  reserved?: number
  isMasked?: boolean
  /** In place of the payload's own. */
  length?: bigint
  /** Bytes that the length takes: 0 for the seven bits of the second byte, 2, or 8. */
  lengthBytes?: 0 | 2 | 8
}

export type Received = { opcode: number; payload: Buffer }

const lengthField = (length: bigint, bytes: 0 | 2 | 8): { short: number; rest: Buffer } => {
  const rest = Buffer.alloc(bytes)
  if (bytes === 0) return { short: Number(length), rest }
  if (bytes === 2) rest.writeUInt16BE(Number(length))
  else rest.writeBigUInt64BE(length)
  return { short: bytes === 2 ? 126 : 127, rest }
}

const shortest = (length: bigint): 0 | 2 | 8 => (length < 126n ? 0 : length < 0x10000n ? 2 : 8)

export const frameBytes = (frame: RawFrame): Buffer => {
  const { opcode, isFinal = true, reserved = 0, isMasked = true } = frame
  const payload = Buffer.from(frame.payload ?? '')
  const length = frame.length ?? BigInt(payload.length)
  const { short, rest } = lengthField(length, frame.lengthBytes ?? shortest(length))
  const head = Buffer.from([(isFinal ? 0x80 : 0) | (reserved << 4) | opcode, (isMasked ? 0x80 : 0) | short])
  if (!isMasked) return Buffer.concat([head, rest, payload])
  const mask = randomBytes(4)
  const masked = payload.map((byte, i) => byte ^ (mask[i % 4] ?? 0))
  return Buffer.concat([head, rest, mask, masked])
}

export const closeFrame = (code: number, reason: string | Uint8Array = ''): RawFrame => {
  const payload = Buffer.concat([Buffer.alloc(2), Buffer.from(reason)])
  payload.writeUInt16BE(code)
  return { opcode: opcodes.close, payload }
}

/** The whole frames of a server at the start of `bytes`, and what follows them. */
const readFrames = (bytes: Buffer): { frames: Received[]; rest: Buffer } => {
  const frames: Received[] = []
  let rest = bytes
  for (;;) {
    const short = (rest[1] ?? 0) & 0x7f
    const head = short < 126 ? 2 : short === 126 ? 4 : 10
    if (rest.length < Math.max(2, head)) return { frames, rest }
    const length =
      short < 126 ? short : short === 126 ? rest.readUInt16BE(2) : Number(rest.readBigUInt64BE(2))
    if (rest.length < head + length) return { frames, rest }
    frames.push({ opcode: (rest[0] ?? 0) & 0x0f, payload: rest.subarray(head, head + length) })
    rest = rest.subarray(head + length)
  }
}

/** A WebSocket of which only the handshake is right: what follows it is written byte by byte. */
export type RawSocket = {
  readonly tcp: Socket
  send(...frames: readonly RawFrame[]): void
  /** Resolves with the next frame that was not taken; rejects once the connection has ended. */
  next(): Promise<Received>
  /** Resolves when the other side ended the connection, with the code of its close frame if it sent one. */
  readonly ended: Promise<number | null>
}

export const rawSocket = async (port: number): Promise<RawSocket> => {
  const tcp = connect(port, '127.0.0.1')
  tcp.on('error', () => {})
  await once(tcp, 'connect')
  const head = [
    'GET /ws HTTP/1.1',
    `Host: localhost:${port}`,
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Protocol: ${subprotocol}`,
  ]
  tcp.write(`${head.join('\r\n')}\r\n\r\n`)
  let answer = Buffer.alloc(0)
  while (!answer.includes('\r\n\r\n')) answer = Buffer.concat([answer, ...(await once(tcp, 'data'))])
  const end = answer.indexOf('\r\n\r\n')
  const status = answer.subarray(0, answer.indexOf('\r\n')).toString()
  if (!status.includes(' 101 ')) throw new Error(`no socket: ${status}`)

  let rest: Buffer = answer.subarray(end + 4)
  let code: number | null = null
  const received: Received[] = []
  const ended = Promise.withResolvers<number | null>()
  let arrived = Promise.withResolvers<void>()

  const take = (bytes: Buffer): void => {
    const read = readFrames(Buffer.concat([rest, bytes]))
    rest = read.rest
    for (const frame of read.frames) {
      if (frame.opcode === opcodes.close)
        code = frame.payload.length < 2 ? null : frame.payload.readUInt16BE()
      received.push(frame)
    }
    arrived.resolve()
    arrived = Promise.withResolvers()
  }
  take(Buffer.alloc(0))
  tcp.on('data', take)
  tcp.on('close', () => ended.resolve(code))

  return {
    tcp,
    send: (...frames) => void tcp.write(Buffer.concat(frames.map(frameBytes))),
    async next() {
      for (;;) {
        const frame = received.shift()
        if (frame) return frame
        const isOver = await Promise.race([arrived.promise.then(() => false), ended.promise.then(() => true)])
        if (isOver && received.length === 0) throw new Error('the connection has ended')
      }
    },
    ended: ended.promise,
  }
}
