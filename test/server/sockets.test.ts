import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import WebSocket from 'ws'
import { limits } from '../../protocol/limits.ts'
import { mostRefusedTold } from '../../server/socket-events.ts'
import { administrator, type TemporaryHub, temporaryHub } from '../support/hub.ts'
import { rawClient, signedInClient } from '../support/raw-client.ts'

let hub: TemporaryHub
beforeAll(async () => {
  hub = await temporaryHub({
    WHERRY_ORIGINS: 'https://files.example.org',
    WHERRY_TRUSTED_PROXIES: '127.0.0.1',
  })
})
afterAll(() => hub.remove())

const outcome = (protocol: string, options: WebSocket.ClientOptions = {}, at = hub): Promise<number> =>
  new Promise(resolve => {
    const socket = new WebSocket(at.socketUrl, protocol, options)
    socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0))
    socket.on('error', () => {})
    socket.on('open', () => {
      socket.terminate()
      resolve(101)
    })
  })

describe('an upgrade', () => {
  test.each([
    ['of a program, which names no origin', undefined, 101],
    ['of a page that is listed', 'https://files.example.org', 101],
    ['of a page elsewhere', 'https://files.example.org.evil.example', 403],
    ['of a page without an origin', 'null', 403],
    ['of a page on another port', 'http://localhost:1', 403],
  ])('%s: %s gives %i', async (_what, origin, status) => {
    expect(await outcome('wherry.v1', origin === undefined ? {} : { origin })).toBe(status)
  })

  test('of a page of the hub itself is taken', async () => {
    expect(await outcome('wherry.v1', { origin: `http://localhost:${hub.port}` })).toBe(101)
  })

  test('of pages elsewhere is told in the log once for each, and not for as many as a stranger likes', async () => {
    const lines: string[] = []
    const write = (line: string) => void lines.push(line)
    const quiet = await temporaryHub({}, { log: pino({ level: 'warn' }, { write }) })
    const origins = Array.from({ length: mostRefusedTold + 1 }, (_, i) => `https://${i}.evil.example`)
    for (const origin of ['https://0.evil.example', ...origins])
      expect(await outcome('wherry.v1', { origin }, quiet)).toBe(403)
    await quiet.remove()
    const told = lines.map(line => JSON.parse(line).origin).filter(origin => origin !== undefined)
    expect(told).toEqual(origins.slice(0, mostRefusedTold))
  })

  test('that speaks something else is refused', async () => {
    expect(await outcome('wherry.v0')).toBe(400)
  })
})

describe('before sign-in', () => {
  test('bytes close the socket', async () => {
    const client = await rawClient(hub.socketUrl)
    client.socket.send(new Uint8Array(100))
    expect((await client.closed).code).toBe(1008)
  })

  test('a message above 64 KiB closes the socket', async () => {
    const client = await rawClient(hub.socketUrl)
    client.socket.send('x'.repeat(limits.guestMessageBytes + 1))
    expect((await client.closed).code).toBe(1009)
  })

  test('too many calls close the socket', async () => {
    const client = await rawClient(hub.socketUrl)
    for (let i = 0; i < 30; i++) client.callAnything('hub.hello', { client: 'test' }).catch(() => {})
    expect((await client.closed).code).toBe(1008)
  })
})

describe('a message that is no call', () => {
  const deep = `${'['.repeat(10_000)}${']'.repeat(10_000)}`
  test.each([
    ['no JSON', '{"jsonrpc"', 'invalid_message', null],
    ['a batch', '[]', 'invalid_message', null],
    ['a deep list', deep, 'invalid_message', null],
    [
      'a deep parameter',
      `{"jsonrpc":"2.0","id":7,"method":"space.list","params":{"a":${deep}}}`,
      'invalid_params',
      7,
    ],
    ['another version', '{"jsonrpc":"1.0","id":7,"method":"space.list"}', 'invalid_message', 7],
    ['an unknown call', '{"jsonrpc":"2.0","id":7,"method":"toString"}', 'unknown_call', 7],
  ])('%s is answered with a reason, and the socket stays', async (_what, text, reason, id) => {
    const client = await signedInClient(hub.socketUrl)
    const answer = await client.exchange(text)
    expect(answer.error?.data?.reason).toBe(reason)
    expect(answer.id).toBe(id)
    expect((await client.call('space.list', {})).spaces).toHaveLength(1)
    client.close()
  })
})

test('More unanswered calls than allowed are refused as busy', async () => {
  const narrow = await temporaryHub({ WHERRY_CALLS_IN_FLIGHT: '2' })
  const client = await signedInClient(narrow.socketUrl)
  const wrong = { current: 'not the password', next: 'something longer' }
  const many = Array.from({ length: 6 }, () => client.call('account.changePassword', wrong))
  const reasons = (await Promise.allSettled(many)).map(one => one.status === 'rejected' && one.reason.reason)
  expect(reasons).toEqual(['wrong_credentials', 'wrong_credentials', 'busy', 'busy', 'busy', 'busy'])
  client.close()
  await narrow.remove()
})

test('A socket at a path below hears the same events as one at the path itself', async () => {
  const [plain, below] = [await signedInClient(hub.socketUrl), await signedInClient(`${hub.socketUrl}/try-2`)]
  const folder = plain.root
  for (const client of [plain, below]) await client.call('folder.watch', { folder })
  await plain.call('folder.create', { folder, name: 'Seen by both', onClash: 'fail' })
  for (const client of [plain, below])
    expect(await client.event('folder.changed')).toMatchObject({
      folder,
      changes: [{ kind: 'put', entry: { name: 'Seen by both' } }],
    })
  for (const client of [plain, below]) client.close()
})

test('A parameter named __proto__ changes nothing', async () => {
  const client = await signedInClient(hub.socketUrl)
  await client.exchange(
    '{"jsonrpc":"2.0","id":7,"method":"space.list","params":{"__proto__":{"polluted":1}}}',
  )
  expect('polluted' in {}).toBe(false)
  client.close()
})

test('The address of a client behind a trusted proxy is the last that no proxy wrote itself', async () => {
  const proxied = await rawClient(hub.socketUrl, { headers: { 'x-forwarded-for': '6.6.6.6, 203.0.113.9' } })
  await proxied.call('session.login', { ...administrator, keep: 'token', agent: 'proxied' })
  const { sessions } = await proxied.call('session.list', {})
  expect(sessions.find(session => session.current)?.address).toBe('203.0.113.9')
  proxied.close()
})

test('Nor does a header line of its own help a client to another address', async () => {
  const headers = { 'x-forwarded-for': ['6.6.6.6', '203.0.113.9'] }
  const proxied = await rawClient(hub.socketUrl, { headers: headers as never })
  await proxied.call('session.login', { ...administrator, keep: 'token', agent: 'proxied' })
  const { sessions } = await proxied.call('session.list', {})
  expect(sessions.find(session => session.current)?.address).toBe('203.0.113.9')
  proxied.close()
})
