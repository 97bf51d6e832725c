import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer as createHttpServer } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, expect, test } from 'vitest'
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
