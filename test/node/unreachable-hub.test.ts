import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer as createHttpServer } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { WebSocketServer } from 'ws'
import { subprotocol } from '../../protocol/rpc.ts'
import { type CommandLine, commandLine } from '../support/command-line.ts'
import { certificate, privateKey } from '../support/self-signed.ts'

let home: string
let wherry: CommandLine
const servers: Server[] = []

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'wherry-unreachable-'))
  wherry = commandLine(home)
})

afterAll(async () => {
  for (const server of servers) server.close()
  await rm(home, { recursive: true, force: true })
})

const listening = async (server: Server): Promise<number> => {
  servers.push(server)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

/** A port at which nothing listens. */
const freePort = async (): Promise<number> => {
  const server = createServer()
  const port = await listening(server)
  await new Promise(resolve => server.close(resolve))
  return port
}

/** Takes connections and says nothing. */
const silent = () => listening(createServer(socket => socket.on('error', () => {})))
const unsigned = () => listening(createTlsServer({ cert: certificate, key: privateKey }))
const other = () => listening(createHttpServer((_request, answer) => answer.end('a web site')))

test.each([
  ['another site', async () => `http://127.0.0.1:${await other()}`, 'what answers there is no Wherry hub'],
  ['one without TLS', async () => `https://127.0.0.1:${await other()}`, 'it does not speak TLS'],
  [
    'one that nobody vouches for',
    async () => `https://127.0.0.1:${await unsigned()}`,
    'its certificate is signed by nobody',
  ],
  ['no machine', async () => 'http://no-such-machine.invalid', 'there is no machine of that name'],
])('%s in the place of a hub is told at once, with 5', async (_, address, words) => {
  const hub = await address()
  const { code, stderr } = await wherry.run(['ls', '--hub', hub])
  expect(stderr).toMatch(`wherry: The hub at ${hub} cannot be reached: ${words}`)
  expect(code).toBe(5)
})

test('a port at which nothing answers is tried for some time, which is told', async () => {
  const hub = `http://127.0.0.1:${await freePort()}`
  const { code, stderr } = await wherry.run(['ls', '--hub', hub])
  expect(stderr).toContain(`${hub}: nothing answers at this port. Trying again …\n`)
  expect(stderr).toContain(`The hub at ${hub} cannot be reached: nothing answers at this port.\n`)
  expect(code).toBe(5)
})

test('an address that is none is a wrong use', async () => {
  for (const hub of ['ftp://files.example.org', 'http://']) {
    const { code, stderr } = await wherry.run(['ls', '--hub', hub])
    expect(stderr).toContain(`"${hub}" is not a hub's address`)
    expect(code).toBe(2)
  }
})

test('Ctrl+C is heard while a command connects', async () => {
  const hub = `http://127.0.0.1:${await silent()}`
  const connecting = wherry.start(['ls', '--hub', hub])
  await new Promise<void>(resolve => servers.at(-1)?.once('connection', () => resolve()))
  connecting.process.kill('SIGINT')
  const { code, stderr } = await connecting.result
  expect(stderr).toContain('stopped')
  expect(code).toBe(130)
})

test('pressed twice, Ctrl+C ends a command that does not listen', async () => {
  const module = new URL('../../client/node/cli/interruption.ts', import.meta.url).href
  const code = `
    import { onInterrupt } from ${JSON.stringify(module)}
    const { signal, forced } = onInterrupt()
    signal.addEventListener('abort', () => console.log('once'))
    setInterval(() => {}, 1000)
    console.log('ready')
    await forced.catch(error => { console.log(error.reason); process.exit() })`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', code])
  const said = createInterface(child.stdout)[Symbol.asyncIterator]()
  const words: unknown[] = []
  for (let i = 0; i < 2; i++) {
    words.push((await said.next()).value)
    child.kill('SIGINT')
  }
  for (let next = await said.next(); !next.done; next = await said.next()) words.push(next.value)
  expect(words).toEqual(['ready', 'once', 'cancelled'])
})

/** Refuses all calls but the first in words that would set a terminal's title and clear its screen. */
const commanding = async () => {
  const port = await freePort()
  const sockets = new WebSocketServer({ port, host: '127.0.0.1', handleProtocols: () => subprotocol })
  onTestFinished(() => {
    for (const socket of sockets.clients) socket.terminate()
    sockets.close()
  })
  const hello = {
    hub: 'Wherry',
    version: '0',
    needsSetup: false,
    serverTime: Date.now(),
    chunking: {
      seed: 'seed-seed-seed-seed',
      minBytes: 262_144,
      averageBytes: 1_048_576,
      maxBytes: 4_194_304,
    },
    limits: { fileBytes: 1, messageBytes: 1_114_112, windowBytes: 1 },
  }
  const message = 'no\u001b]0;owned\u0007\u001b[2J\u009b2J'
  const error = { code: -32_000, message, data: { reason: 'forbidden' } }
  sockets.on('connection', socket =>
    socket.on('message', (data: Buffer) => {
      const { id, method } = JSON.parse(data.toString()) as { id: string; method: string }
      const answer = method === 'hub.hello' ? { result: hello } : { error }
      socket.send(JSON.stringify({ jsonrpc: '2.0', id, ...answer }))
    }),
  )
  return `http://127.0.0.1:${port}`
}

test('what a hub says commands no terminal', async () => {
  const hub = await commanding()
  const { stderr } = await wherry.run(['receive', `${hub}/go#7-${'k'.repeat(22)}`, '--yes'])
  expect(stderr).toContain('no\\u{1b}]0;owned\\u{7}\\u{1b}[2J\\u{9b}2J')
})
