import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { ConfigError, readConfig } from '../../server/config.ts'
import { configuredMasterKey } from '../../server/master-key.ts'
import { settings } from '../../server/settings.ts'
import { tlsWarning } from '../../server/tls-files.ts'
import { addressKey, clientAddress } from '../../server/transport/addresses.ts'
import { temporaryHub } from '../support/hub.ts'
import { certificate, privateKey } from '../support/self-signed.ts'

describe('the configuration', () => {
  test('needs nothing', () => {
    expect(readConfig({})).toMatchObject({ host: '127.0.0.1', port: 8080, data: './data', url: null })
    expect(readConfig({}).allowMissingSegments).toBe(false)
  })

  test('reads sizes, lists and networks', () => {
    const config = readConfig({
      WHERRY_MAX_FILE_BYTES: '20G',
      WHERRY_ORIGINS: 'https://a.example, https://b.example/',
      WHERRY_TRUSTED_PROXIES: '10.0.0.0/8,::1',
      WHERRY_ALLOW_MISSING_SEGMENTS: '1',
    })
    expect(config.allowMissingSegments).toBe(true)
    expect(config.maxFileBytes).toBe(20 * 2 ** 30)
    expect(config.origins).toEqual(['https://a.example', 'https://b.example'])
    expect(config.trustedProxies.check('10.1.2.3')).toBe(true)
  })

  test.each([
    [{ WHERRY_PORT: '80800' }, /WHERRY_PORT: expected at most 65535/],
    [{ WHERRY_HOST: 'not a host' }, /WHERRY_HOST: expected an address of this machine/],
    [{ WHERRY_HOST: '[::1]' }, /WHERRY_HOST: expected an address of this machine, such as 127.0.0.1, ::1/],
    [{ WHERRY_ALLOW_MISSING_SEGMENTS: '2' }, /WHERRY_ALLOW_MISSING_SEGMENTS: expected 0 or 1/],
    [{ WHERRY_URL: 'files.example.org' }, /WHERRY_URL: expected an address/],
    [{ WHERRY_URL: 'https://files.example.org/hub' }, /and nothing else/],
    [{ WHERRY_URL: 'https://files.example.org?a' }, /and nothing else/],
    [{ WHERRY_URL: 'https://files.example.org#a' }, /and nothing else/],
    [{ WHERRY_URL: 'https://ada:secret@files.example.org' }, /and nothing else/],
    [{ WHERRY_TRUSTED_PROXIES: '10.0.0.0/40' }, /WHERRY_TRUSTED_PROXIES: expected addresses or networks/],
    [{ WHERRY_ADMIN_EMAIL: 'ada@example.org' }, /have to be set together/],
    [
      { WHERRY_ADMIN_EMAIL: 'ada@example.org', WHERRY_ADMIN_PASSWORD: 'short' },
      /WHERRY_ADMIN_PASSWORD: A password has 10 to 256 characters\.$/m,
    ],
    [
      { WHERRY_TLS_CERT: '/nowhere', WHERRY_TLS_KEY: '/nowhere' },
      /WHERRY_TLS_CERT: the file \/nowhere cannot be read/,
    ],
    [{ WHERRY_PROT: '8080' }, /WHERRY_PROT is not a setting/],
    [{ WHERRY_MAX_FILE_BYTES: '5 apples' }, /WHERRY_MAX_FILE_BYTES: expected a number of bytes/],
    [{ WHERRY_ADDRESS_HEADER: 'Forwarded' }, /expected X-Forwarded-For or X-Real-IP/],
    [{ WHERRY_LOG_LEVEL: 'loud' }, /expected debug, info/],
  ])('%j is refused with a sentence', (environment, sentence) => {
    const read = () => readConfig(environment)
    expect(read).toThrow(ConfigError)
    expect(read).toThrow(sentence)
  })

  test('tolerates the names of the command line and of the tests', () => {
    expect(() =>
      readConfig({ WHERRY_HUB: 'https://files.example.org', WHERRY_CHROMIUM: '/usr/bin/chromium' }),
    ).not.toThrow()
  })

  test('leaves alone what the command line and the tests read', () => {
    const environment = { WHERRY_HUB: 'http://localhost:1', WHERRY_CHROMIUM: '/usr/bin/chromium' }
    expect(readConfig(environment)).toMatchObject({ port: 8080 })
  })

  test('has a sentence of documentation for every setting', () => {
    for (const { env, doc } of Object.values(settings)) {
      expect(env).toMatch(/^WHERRY_[A-Z_]+$/)
      expect(doc).toMatch(/\.$/)
    }
  })
})

describe("a client's address", () => {
  const proxies = { WHERRY_TRUSTED_PROXIES: '127.0.0.1,10.0.0.0/8' }
  const config = readConfig(proxies)
  const from = (peer: string, forwarded: string | null) =>
    clientAddress(peer, name => (name === 'x-forwarded-for' ? forwarded : null), config)

  test.each([
    ['198.51.100.7', '203.0.113.9', '198.51.100.7'],
    ['127.0.0.1', '203.0.113.9', '203.0.113.9'],
    ['127.0.0.1', '6.6.6.6, 203.0.113.9, 10.0.0.5', '203.0.113.9'],
    ['127.0.0.1', 'nonsense', '127.0.0.1'],
    ['127.0.0.1', null, '127.0.0.1'],
    ['127.0.0.1', 'fe80::1%eth0', '127.0.0.1'],
    ['127.0.0.1', '203.0.113.9, ::%1, 10.0.0.5', '127.0.0.1'],
    ['0000:0000:0000:0000:0000:ffff:7f00:0001', '203.0.113.9', '203.0.113.9'],
    ['0000:0000:0000:0000:0000:0000:0000:0001', null, '::1'],
  ])('%s that forwards %s is %s', (peer, forwarded, address) => {
    expect(from(peer, forwarded)).toBe(address)
  })

  test.each([
    [{}, '203.0.113.9'],
    [{ WHERRY_ADDRESS_HEADER: 'X-Forwarded-For' }, '203.0.113.9'],
    [{ WHERRY_ADDRESS_HEADER: 'X-Real-IP' }, '198.51.100.7'],
  ])('is read with %o from one header, and never from the other', (setting, address) => {
    const headers = new Map([
      ['x-forwarded-for', '203.0.113.9'],
      ['x-real-ip', '198.51.100.7'],
    ])
    const chosen = readConfig({ ...proxies, ...setting })
    const read = () => clientAddress('127.0.0.1', name => headers.get(name) ?? null, chosen)
    expect(read()).toBe(address)
    headers.delete(chosen.addressHeader)
    expect(read()).toBe('127.0.0.1')
  })

  test('counts as its /64 network in IPv6', () => {
    expect(addressKey('2001:db8:1:2:3:4:5:6')).toBe('2001:db8:1:2::/64')
    expect(addressKey('2001:db8::6')).toBe('2001:db8:0:0::/64')
    expect(addressKey('203.0.113.9')).toBe('203.0.113.9')
  })
})

test('a master key that is none is named with its setting, and never shown', () => {
  const directory = mkdtempSync(join(tmpdir(), 'wherry-key-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const file = join(directory, 'master.key')
  writeFileSync(file, 'rubbish')
  const read = () => configuredMasterKey(readConfig({ WHERRY_MASTER_KEY_FILE: file }))
  expect(read).toThrow(ConfigError)
  expect(read).toThrow(`WHERRY_MASTER_KEY_FILE (${file}): The master key has to be 32 bytes`)
  expect(read).not.toThrow(/rubbish/)
})

describe('the files of TLS', () => {
  let directory: string
  const file = (name: string, content: string): string => {
    const path = join(directory, name)
    writeFileSync(path, content)
    return path
  }
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'wherry-tls-'))
  })
  afterAll(() => rmSync(directory, { recursive: true }))

  test('are taken where they belong together, and named where they do not', () => {
    const cert = file('cert.pem', certificate)
    const key = file('key.pem', privateKey)
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
    const otherKey = file('other.pem', String(other.export({ type: 'pkcs8', format: 'pem' })))
    const text = file('text.pem', 'no PEM')
    const read = (WHERRY_TLS_CERT: string, WHERRY_TLS_KEY: string) => () =>
      readConfig({ WHERRY_TLS_CERT, WHERRY_TLS_KEY })
    expect(read(cert, key)).not.toThrow()
    expect(() =>
      readConfig({ WHERRY_TLS_CERT: cert, WHERRY_TLS_KEY: key, WHERRY_URL: 'http://files.example.org' }),
    ).toThrow('WHERRY_URL has to begin with https: where the hub speaks TLS itself.')
    expect(read(cert, otherKey)).toThrow(`WHERRY_TLS_KEY: the key in ${otherKey} is not that of`)
    expect(read(cert, text)).toThrow(`WHERRY_TLS_KEY: ${text} is no PEM file with a private key`)
    expect(read(text, key)).toThrow(`WHERRY_TLS_CERT: ${text} is no PEM file that begins with a certificate`)
  })

  test('are warned of where the certificate is not valid yet, ends within 14 days or has ended', () => {
    const cert = file('cert.pem', certificate)
    const from = Date.parse('2026-11-29T08:30:35Z')
    const to = Date.parse('2126-11-05T08:30:35Z')
    const soon = 14 * 24 * 60 * 60_000
    const soonEnded = `The certificate in ${cert} ends at 2126-11-05T08:30:35.000Z.`
    const hasEnded = `The certificate in ${cert} ended at 2126-11-05T08:30:35.000Z: clients refuse it.`
    const isEarly = `The certificate in ${cert} is valid from 2026-11-29T08:30:35.000Z on: until then clients refuse it.`
    const warnings: [number, string | null][] = [
      [from - 1, isEarly],
      [from, null],
      [to - soon - 1, null],
      [to - soon, soonEnded],
      [to, soonEnded],
      [to + 1, hasEnded],
    ]
    for (const [now, warning] of warnings) expect(tlsWarning(cert, now)).toBe(warning)
  })

  test('are warned of in the log at the start', async () => {
    const lines: string[] = []
    const hub = await temporaryHub(
      { WHERRY_TLS_CERT: file('cert.pem', certificate), WHERRY_TLS_KEY: file('key.pem', privateKey) },
      { clock: () => Date.parse('2126-11-06'), log: pino({}, { write: line => void lines.push(line) }) },
    )
    await hub.remove()
    expect(lines.map(line => JSON.parse(line))).toContainEqual(
      expect.objectContaining({ level: 40, msg: expect.stringContaining('ended at 2126-11-05') }),
    )
  })
})
