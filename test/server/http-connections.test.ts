import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { mostSockets, socketsWarning } from '../../server/descriptors.ts'
import { createHttpConnections, latelyMs } from '../../server/transport/http-connections.ts'
import { temporaryHub } from '../support/hub.ts'
import { rawClient } from '../support/raw-client.ts'

const hubWith = async (environment: Record<string, string>) => {
  const hub = await temporaryHub(environment)
  onTestFinished(() => hub.remove())
  return hub
}

/** A plain connection; `isOver` when the hub closed it. */
const connection = async (port: number) => {
  const socket: Socket = connect(port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  let isOver = false
  let came = ''
  socket.on('error', () => undefined)
  socket.on('data', data => {
    came += data.toString()
  })
  socket.on('close', () => {
    isOver = true
  })
  await once(socket, 'connect')
  return {
    get isOver() {
      return isOver
    },
    /** Asks for something small; answers the head of what came, or nothing where the connection was closed. */
    ask: async (line = 'GET /healthz', headers = ''): Promise<string> => {
      came = ''
      socket.write(`${line} HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n`)
      await expect.poll(() => isOver || came.includes('\r\n\r\n')).toBe(true)
      return came.toLowerCase()
    },
    destroy: () => socket.destroy(),
  }
}

describe('plain connections', () => {
  test('are kept up to half of what may be, and beyond that closed after an answer', async () => {
    const { port } = await hubWith({ WHERRY_MAX_HTTP_CONNECTIONS: '4' })
    const [first, second] = [await connection(port), await connection(port)]
    for (const one of [first, second, first, second]) expect(await one.ask()).toMatch(/^http\/1.1 200/)
    const third = await connection(port)
    expect(await third.ask()).toContain('connection: close')
    await expect.poll(() => third.isOver).toBe(true)
    expect([first.isOver, second.isOver]).toEqual([false, false])
  })

  test('are as many as may be, and one more is closed until another goes', async () => {
    const { port } = await hubWith({ WHERRY_MAX_HTTP_CONNECTIONS: '4' })
    const all = await Promise.all(Array.from({ length: 4 }, () => connection(port)))
    const over = await connection(port)
    expect(await over.ask()).toBe('')
    all[0]?.destroy()
    await expect.poll(async () => (await connection(port)).ask()).toMatch(/^http\/1.1 200/)
  })

  test('come from one address only so often while many are open, unless it is a proxy', async () => {
    const environment = { WHERRY_MAX_HTTP_CONNECTIONS: '4', WHERRY_MAX_HTTP_CONNECTIONS_PER_ADDRESS: '2' }
    const asked = async (port: number): Promise<boolean[]> => {
      const answers: boolean[] = []
      await Promise.all([connection(port), connection(port)])
      for (let i = 0; i < 3; i++) {
        const one = await connection(port)
        answers.push((await one.ask()) !== '')
        await expect.poll(() => one.isOver).toBe(true)
      }
      return answers
    }
    expect(await asked((await hubWith(environment)).port)).toEqual([true, true, false])
    const proxied = await hubWith({ ...environment, WHERRY_TRUSTED_PROXIES: '127.0.0.1' })
    expect(await asked(proxied.port)).toEqual([true, true, true])
  })

  test('that become sockets are counted as those', async () => {
    const hub = await hubWith({ WHERRY_MAX_HTTP_CONNECTIONS: '4' })
    const clients = await Promise.all(Array.from({ length: 3 }, () => rawClient(hub.socketUrl)))
    clients.push(...(await Promise.all(Array.from({ length: 3 }, () => rawClient(hub.socketUrl)))))
    expect(await (await connection(hub.port)).ask()).not.toContain('connection: close')
    for (const client of clients) client.close()
  })
})

describe('the count of plain connections', () => {
  const counted = (more: object = {}) => {
    const clock = { now: 1_000_000 }
    const limits = { most: 10, mostPerAddress: 2, mostTogether: 100, clock: () => clock.now, ...more }
    let sockets = 0
    const connections = createHttpConnections({ ...limits, keyOf: peer => peer }, () => sockets)
    const open = (...peers: string[]) => peers.map(peer => connections.opened(peer))
    return { clock, connections, open, setSockets: (to: number) => (sockets = to) }
  }

  test('forgets after a while how often an address came', () => {
    const { clock, connections, open } = counted()
    open('a', 'a', 'a', 'a', 'a')
    expect(open('a', 'a', 'a')).toEqual([true, true, false])
    connections.closed()
    clock.now += latelyMs
    expect(open('a')).toEqual([true])
  })

  test('leaves room for others', () => {
    const { open } = counted()
    open('a', 'a', 'a', 'a', 'a', 'a', 'a')
    expect(open('b', 'b', 'b')).toEqual([true, true, false])
  })

  test('goes no further than descriptors reach, with sockets among them', () => {
    const { connections, open, setSockets } = counted({ mostTogether: 100 })
    setSockets(96)
    expect(open('a', 'b')).toEqual([true, true])
    expect(connections.isCrowded()).toBe(false)
    expect(open('a', 'b', 'c')).toEqual([true, true, false])
    expect(connections.isCrowded()).toBe(true)
  })
})

test('the system limits sockets: files keep some descriptors, and who wanted more is told', () => {
  expect([mostSockets(400), mostSockets(512), mostSockets(20_000)]).toEqual([200, 256, 19_744])
  expect(mostSockets()).toBeGreaterThan(0)
  const wanted = { maxConnections: 1000, maxHttpConnections: 200 }
  expect(socketsWarning(1200, wanted)).toBeNull()
  expect(socketsWarning(1199, wanted)).toContain('1199 connections at once')
  expect(socketsWarning(Number.POSITIVE_INFINITY, wanted)).toBeNull()
})

describe('an answer without a body', () => {
  const page = async () => {
    const webDirectory = await mkdtemp(join(tmpdir(), 'wherry-web-'))
    onTestFinished(() => rm(webDirectory, { recursive: true }))
    await writeFile(join(webDirectory, 'index.html'), '<!doctype html><title>Wherry</title>')
    const hub = await temporaryHub({}, { webDirectory })
    onTestFinished(() => hub.remove())
    const { headers } = await fetch(`http://127.0.0.1:${hub.port}/`)
    return { port: hub.port, ifChanged: `If-None-Match: ${headers.get('etag')}\r\n` }
  }

  test('leaves the connection to the next request', async () => {
    const { port, ifChanged } = await page()
    const client = await connection(port)
    expect(await client.ask('HEAD /')).toContain('content-length: 36')
    expect(await client.ask()).toContain('200 ok')
    expect(await client.ask('GET /', ifChanged)).toContain('304')
    expect(await client.ask()).toContain('200 ok')
  })

  test('leaves an idle connection to its timeout', { timeout: 30_000 }, async () => {
    const { port, ifChanged } = await page()
    const [one, other] = [await connection(port), await connection(port)]
    await one.ask('HEAD /')
    expect(await other.ask('GET /', ifChanged)).toContain('304')
    await expect.poll(() => one.isOver && other.isOver, { timeout: latelyMs + 5000 }).toBe(true)
  })
})
