import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { limits } from '../../protocol/limits.ts'
import { type HubProcess, hubProcess } from '../support/hub-process.ts'
import { closeFrame, frameBytes, opcodes, type RawFrame, rawSocket } from '../support/raw-frames.ts'

const { continuation, text, binary, close, ping, pong } = opcodes
const MiB = 1024 * 1024

const hello = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'hub.hello', params: { client: 'frames' } })
/** Not UTF-8. */
const broken = Buffer.from([0xc3, 0x28])

let hub: HubProcess
let pid: number
beforeAll(async () => {
  hub = await hubProcess()
  await hub.start()
  pid = hub.pid()
})
afterAll(() => hub.remove())
afterEach(async () => {
  expect(hub.pid()).toBe(pid)
  expect((await fetch(`${hub.url}/healthz`)).ok).toBe(true)
})

const residentBytes = async (): Promise<number> => {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024
}

/** What a socket does about frames: how it ends, or what it answers. */
const endOf = async (...frames: RawFrame[]): Promise<number | null> => {
  const socket = await rawSocket(hub.port)
  socket.send(...frames)
  return socket.ended
}

describe('a frame that breaks RFC 6455 ends the connection:', () => {
  test.each<[string, RawFrame[]]>([
    ['the first reserved bit, which only compression gives a meaning', [{ opcode: text, reserved: 4 }]],
    ['the second reserved bit', [{ opcode: text, reserved: 2 }]],
    ['the third reserved bit', [{ opcode: binary, reserved: 1 }]],
    ['opcode 3', [{ opcode: 3 }]],
    ['opcode 7', [{ opcode: 7 }]],
    ['opcode 11', [{ opcode: 11 }]],
    ['opcode 15', [{ opcode: 15 }]],
    ['a ping in fragments', [{ opcode: ping, isFinal: false }]],
    ['a close in fragments', [{ opcode: close, isFinal: false }]],
    ['a ping of 126 bytes', [{ opcode: ping, payload: 'x'.repeat(126) }]],
    ['a ping whose length is written in 16 bits', [{ opcode: ping, payload: 'x', lengthBytes: 2 }]],
    ['a continuation of nothing', [{ opcode: continuation, payload: hello }]],
    [
      'a message inside of another',
      [
        { opcode: text, payload: '{', isFinal: false },
        { opcode: text, payload: hello },
      ],
    ],
    ['text that is not UTF-8', [{ opcode: text, payload: broken }]],
    [
      'fragments that are not UTF-8 together',
      [
        { opcode: text, payload: '"', isFinal: false },
        { opcode: continuation, payload: broken },
      ],
    ],
    ['a length of 2^63', [{ opcode: binary, length: 2n ** 63n, lengthBytes: 8 }]],
    ['a length of 2^64 - 1', [{ opcode: binary, length: 2n ** 64n - 1n, lengthBytes: 8 }]],
    ['a length of 2^63 - 1', [{ opcode: binary, length: 2n ** 63n - 1n, lengthBytes: 8 }]],
    ['a length of 2^31', [{ opcode: binary, length: 2n ** 31n, lengthBytes: 8 }]],
    ['a byte more than a message may have', [{ opcode: binary, length: BigInt(limits.messageBytes) + 1n }]],
    [
      'fragments that are more together',
      [
        { opcode: binary, payload: Buffer.alloc(limits.messageBytes - 1), isFinal: false },
        { opcode: continuation, payload: Buffer.alloc(2) },
      ],
    ],
  ])('%s', async (_what, frames) => {
    expect(await endOf(...frames)).toBeNull()
  })

  test('a frame without a mask is never taken for what it says', async () => {
    const socket = await rawSocket(hub.port)
    const unmasked: RawFrame = { opcode: text, payload: hello, isMasked: false }
    socket.send(unmasked, unmasked)
    const answered = socket.next().then(({ payload }) => payload.toString())
    const outcome = await Promise.race([answered.catch(() => 'ended'), sleep(500, 'silence')])
    expect(outcome).not.toContain('"result"')
    socket.tcp.destroy()
  })
})

describe('a close', () => {
  test.each([1000, 1001, 1003, 1007, 1011, 4000, 4999])('with %i is answered with it', async code => {
    expect(await endOf(closeFrame(code, 'bye'))).toBe(code)
  })

  test.each<[string, RawFrame]>([
    ['without a code', { opcode: close }],
    ['with half a code', { opcode: close, payload: 'x' }],
    ['with a reason that is not UTF-8', closeFrame(1000, broken)],
    ...[0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535].map((code): [string, RawFrame] => [
      `with ${code}, which nobody may send,`,
      closeFrame(code),
    ]),
  ])('%s ends the connection without a code', async (_what, frame) => {
    expect(await endOf(frame)).toBeNull()
  })

  test('is the last that is read', async () => {
    const socket = await rawSocket(hub.port)
    socket.send(closeFrame(1000), { opcode: text, payload: hello })
    expect((await socket.next()).opcode).toBe(close)
    await expect(socket.next()).rejects.toThrow('ended')
  })
})

describe('what the RFC allows is taken:', () => {
  const answerTo = async (...frames: RawFrame[]): Promise<unknown> => {
    const socket = await rawSocket(hub.port)
    socket.send(...frames)
    const { opcode, payload } = await socket.next()
    socket.tcp.destroy()
    expect(opcode).toBe(text)
    return JSON.parse(payload.toString())
  }
  const greeting = { id: 1, result: expect.objectContaining({ chunking: expect.anything() }) }

  test.each([0, 1, 7, hello.length - 1, hello.length])('a call cut at byte %i', async at => {
    const first: RawFrame = { opcode: text, payload: hello.slice(0, at), isFinal: false }
    expect(await answerTo(first, { opcode: continuation, payload: hello.slice(at) })).toMatchObject(greeting)
  })

  test('a call in fragments of a byte', async () => {
    const frames = [...hello].map((payload, i) => ({
      opcode: i === 0 ? text : continuation,
      payload,
      isFinal: i === hello.length - 1,
    }))
    expect(await answerTo(...frames)).toMatchObject(greeting)
  })

  test('a character cut in two', async () => {
    const call = Buffer.from(hello.replace('frames', 'främes'))
    const inside = call.indexOf(0xc3) + 1
    const first: RawFrame = { opcode: text, payload: call.subarray(0, inside), isFinal: false }
    const rest: RawFrame = { opcode: continuation, payload: call.subarray(inside) }
    expect(await answerTo(first, rest)).toMatchObject(greeting)
  })

  test('a call whose length is written longer than it has to be', async () => {
    expect(await answerTo({ opcode: text, payload: hello, lengthBytes: 8 })).toMatchObject(greeting)
  })

  test('a call that arrives byte by byte', async () => {
    const socket = await rawSocket(hub.port)
    socket.tcp.setNoDelay(true)
    for (const byte of frameBytes({ opcode: text, payload: hello })) {
      socket.tcp.write(Uint8Array.of(byte))
      await sleep(1)
    }
    expect(JSON.parse((await socket.next()).payload.toString())).toMatchObject(greeting)
    socket.tcp.destroy()
  })

  test('a ping between fragments, answered before them', async () => {
    const socket = await rawSocket(hub.port)
    socket.send(
      { opcode: text, payload: hello.slice(0, 9), isFinal: false },
      { opcode: ping, payload: 'x'.repeat(125) },
      { opcode: pong, payload: 'not asked for' },
      { opcode: continuation, payload: hello.slice(9) },
    )
    expect(await socket.next()).toEqual({ opcode: pong, payload: Buffer.from('x'.repeat(125)) })
    expect(JSON.parse((await socket.next()).payload.toString())).toMatchObject(greeting)
    socket.tcp.destroy()
  })
})

describe('a flood before sign-in', () => {
  /** Writes frames of 48 MiB and reads nothing; answers by how much the hub grew, and whether it ended the connection. */
  const flood = async (frame: RawFrame): Promise<{ grownBytes: number; hasEnded: boolean }> => {
    const one = frameBytes(frame)
    const flood = Buffer.concat(Array(Math.ceil((8 * MiB) / one.length)).fill(one))
    const before = await residentBytes()
    const socket = await rawSocket(hub.port)
    socket.send({ opcode: text, isFinal: false })
    socket.tcp.pause()
    for (let written = 0; written < 6 && !socket.tcp.destroyed; written++) {
      const taken = new Promise<void>(resolve => socket.tcp.write(flood, () => resolve()))
      await Promise.race([taken, socket.ended])
    }
    const grownBytes = (await residentBytes()) - before
    socket.tcp.resume()
    const hasEnded = await Promise.race([socket.ended.then(() => true), sleep(500, false)])
    socket.tcp.destroy()
    return { grownBytes, hasEnded }
  }

  test('of pings whose answers nobody reads ends the connection', async () => {
    const { grownBytes, hasEnded } = await flood({ opcode: ping, payload: 'x'.repeat(125) })
    expect(hasEnded).toBe(true)
    expect(grownBytes).toBeLessThan(12 * MiB)
  })

  test.each<[string, RawFrame]>([
    ['pongs', { opcode: pong, payload: 'x'.repeat(125) }],
    ['empty fragments', { opcode: continuation, isFinal: false }],
  ])('of %s does not grow the hub', async (_what, frame) => {
    expect((await flood(frame)).grownBytes).toBeLessThan(12 * MiB)
  })
})
