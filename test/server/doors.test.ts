import { once } from 'node:events'
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { administrator, type TemporaryHub, temporaryHub } from '../support/hub.ts'
import { rawClient, signedInClient } from '../support/raw-client.ts'

let hub: TemporaryHub
let webDirectory: string
let base: string
beforeAll(async () => {
  webDirectory = await mkdtemp(join(tmpdir(), 'wherry-web-'))
  await mkdir(join(webDirectory, 'assets'))
  await writeFile(join(webDirectory, 'index.html'), '<!doctype html><title>Wherry</title>')
  await writeFile(join(webDirectory, 'assets/main-abc.js'), 'plain')
  await writeFile(join(webDirectory, 'assets/main-abc.js.gz'), 'packed')
  hub = await temporaryHub({}, { webDirectory })
  base = `http://127.0.0.1:${hub.port}`
})
afterAll(async () => {
  await hub.remove()
  await rm(webDirectory, { recursive: true })
})

describe('the client', () => {
  test.each(['/', '/setup', '/sign-in', '/f/AAAA/some%20folder'])(
    '%s is its page, under a strict policy',
    async path => {
      const answer = await fetch(base + path)
      expect(answer.status).toBe(200)
      expect(await answer.text()).toContain('<title>Wherry</title>')
      expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'")
      expect(answer.headers.get('content-security-policy')).toContain("require-trusted-types-for 'script'")
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
      const again = await fetch(base + path, {
        headers: { 'if-none-match': answer.headers.get('etag') ?? '' },
      })
      expect(again.status).toBe(304)
      expect(again.headers.get('content-length')).toBe(answer.headers.get('content-length'))
    },
  )

  test('has a page of its own for people without an account, once it is built', async () => {
    const other = await mkdtemp(join(tmpdir(), 'wherry-web-'))
    await writeFile(join(other, 'index.html'), '<!doctype html><title>Wherry</title>')
    const without = await temporaryHub({}, { webDirectory: other })
    expect(await (await fetch(`http://127.0.0.1:${without.port}/go`)).text()).toContain('<title>Wherry<')
    await without.remove()
    await writeFile(join(other, 'go.html'), '<!doctype html><title>Receive</title>')
    const built = await temporaryHub({}, { webDirectory: other })
    const answer = await fetch(`http://127.0.0.1:${built.port}/go`)
    expect(await answer.text()).toContain('<title>Receive</title>')
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(answer.headers.get('cache-control')).toBe('no-cache')
    for (const path of ['/', '/send', '/go/else']) {
      expect(await (await fetch(`http://127.0.0.1:${built.port}${path}`)).text()).toContain('<title>Wherry<')
    }
    await built.remove()
    await rm(other, { recursive: true })
  })

  test('comes packed where the browser takes that, and for ever where its name has a hash', async () => {
    const plain = await fetch(`${base}/assets/main-abc.js`, { headers: { 'accept-encoding': 'identity' } })
    expect(await plain.text()).toBe('plain')
    expect(plain.headers.get('cache-control')).toContain('immutable')
    const packed = await fetch(`${base}/assets/main-abc.js`, {
      method: 'HEAD',
      headers: { 'accept-encoding': 'gzip' },
    })
    expect(packed.headers.get('content-encoding')).toBe('gzip')
    expect(packed.headers.get('content-length')).toBe('6')
  })

  test.each(['/assets/missing.js', '/%2e%2e/package.json', '/.env'])('%s is not found', async path => {
    expect((await fetch(base + path)).status).toBe(404)
  })

  test('other methods are refused', async () => {
    expect((await fetch(base, { method: 'PUT', body: 'x' })).status).toBe(405)
  })
})

describe('health', () => {
  test('is told to everyone', async () => {
    expect(await (await fetch(`${base}/healthz`)).json()).toEqual({ status: 'ok' })
    expect(await (await fetch(`${base}/readyz`)).json()).toEqual({ status: 'ok' })
  })

  test('is not well while what is stored cannot be reached', async () => {
    const chunks = join(hub.directory, 'chunks')
    await rename(chunks, `${chunks}.away`)
    const answer = await fetch(`${base}/readyz`)
    const measured = await (await fetch(`${base}/metrics`)).text()
    await rename(`${chunks}.away`, chunks)
    expect(measured).toContain('\nwherry_ready 0\n')
    expect(answer.status).toBe(503)
    expect(await answer.json()).toMatchObject({ problem: expect.stringContaining('cannot be reached') })
    expect((await fetch(`${base}/readyz`)).status).toBe(200)
  })

  test('metrics are for this machine only, and not for what a proxy on it forwards', async () => {
    const measured = await (await fetch(`${base}/metrics`)).text()
    expect(measured).toContain('wherry_connections')
    expect(measured).toContain('\nwherry_ready 1\n')
    expect(measured).toContain('\nwherry_damaged_chunks 0\n')
    expect(Number(/^wherry_free_bytes (\S+)$/m.exec(measured)?.[1])).toBeGreaterThan(0)
    for (const name of ['x-forwarded-for', 'x-real-ip', 'x-forwarded-host', 'x-forwarded-proto', 'via']) {
      const proxied = await fetch(`${base}/metrics`, { headers: { [name]: 'files.example.org' } })
      expect({ name, status: proxied.status }).toEqual({ name, status: 403 })
    }
    const { port } = new URL(base)
    const statusAt = async (host: string) => {
      const asked = get({ port, path: '/metrics', headers: { host } })
      const [answer] = await once(asked, 'response')
      answer.resume()
      return answer.statusCode
    }
    expect(await statusAt('files.example.org')).toBe(403)
    expect(await statusAt('127.evil.example')).toBe(403)
    expect(await statusAt(`[::1]:${port}`)).toBe(200)
  })
})

describe('the cookie door', () => {
  const knock = (body: object, headers: Record<string, string> = {}) =>
    fetch(`${base}/session`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { origin: base, ...headers },
    })

  const signIn = async () => {
    const client = await rawClient(hub.socketUrl)
    const { ticket } = await client.call('session.login', { ...administrator, keep: 'cookie', agent: 'test' })
    return { client, ticket: ticket ?? '' }
  }

  test('turns a ticket into a cookie, once, and renews by it', async () => {
    const { client, ticket } = await signIn()
    const set = await knock({ ticket })
    const cookie = set.headers.get('set-cookie') ?? ''
    expect(cookie).toMatch(
      /^__Host-wherry=[\w-]{43}; Max-Age=\d+; Path=\/; HttpOnly; Secure; SameSite=Strict$/,
    )
    expect((await knock({ ticket })).status).toBe(401)
    const renewed = await knock({}, { cookie: cookie.split(';')[0] ?? '' })
    expect(renewed.status).toBe(200)
    expect(renewed.headers.get('set-cookie')).not.toBe(cookie)
    const { access } = (await renewed.json()) as { access: string }
    const other = await rawClient(hub.socketUrl)
    expect((await other.call('session.resume', { access })).user.email).toBe(administrator.email)
    for (const one of [client, other]) one.close()
  })

  test('ends the session when the cookie is given up', async () => {
    const { client, ticket } = await signIn()
    const cookie = ((await knock({ ticket })).headers.get('set-cookie') ?? '').split(';')[0] ?? ''
    const gone = await fetch(`${base}/session`, { method: 'DELETE', headers: { origin: base, cookie } })
    expect(gone.status).toBe(204)
    expect(gone.headers.get('set-cookie')).toContain('Max-Age=0')
    expect((await client.closed).code).toBe(4002)
    expect((await knock({}, { cookie })).status).toBe(401)
  })

  test.each([
    ['a page elsewhere', { origin: 'https://evil.example' }],
    ['a request across sites', { 'sec-fetch-site': 'cross-site' }],
  ])('is closed to %s', async (_what, headers) => {
    const { client, ticket } = await signIn()
    expect((await knock({ ticket }, headers)).status).toBe(403)
    client.close()
  })

  test('counts what it is asked, as sign-ins are counted', async () => {
    const strict = await temporaryHub({ WHERRY_LOGINS_PER_MINUTE: '3' })
    const renew = () => fetch(`http://127.0.0.1:${strict.port}/session`, { method: 'POST', body: '{}' })
    for (let i = 0; i < 3; i++) expect((await renew()).status).toBe(204)
    const refused = await renew()
    expect(refused.status).toBe(429)
    expect(await refused.json()).toMatchObject({ reason: 'too_many_requests' })
    await strict.remove()
  })

  test('is closed to a browser that does not say which page asks', async () => {
    const headers = { 'sec-fetch-site': 'same-origin' }
    expect((await fetch(`${base}/session`, { method: 'POST', body: '{}', headers })).status).toBe(403)
  })

  test('answers 204 without a cookie and 400 to what it does not know', async () => {
    expect((await knock({})).status).toBe(204)
    expect((await knock({ surprise: 1 })).status).toBe(400)
    expect((await knock({ ticket: 'x'.repeat(9000) })).status).toBe(413)
  })
})

test('A stopping hub says so, ends its sockets and frees its directory', async () => {
  const stopping = await temporaryHub()
  const client = await signedInClient(stopping.socketUrl)
  const told = client.event('hub.closing')
  const stopped = stopping.stop()
  expect((await told).retryAfterMs).toBeGreaterThan(0)
  expect((await client.closed).code).toBe(1012)
  await stopped
  const again = await temporaryHub({}, { directory: stopping.directory, withoutAdministrator: true })
  expect(again.setupToken).toBeNull()
  await again.remove()
})

test('A second hub on the same directory refuses to start', async () => {
  const attempt = temporaryHub({}, { directory: hub.directory })
  await expect(attempt).rejects.toThrow(/hub|directory|use/i)
  expect((await fetch(`${base}/readyz`)).status).toBe(200)
})
