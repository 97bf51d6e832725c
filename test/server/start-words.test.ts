import { expect, test } from 'vitest'
import { startWords } from '../../server/start-words.ts'

const url = 'http://localhost:8080'
const here = { host: '127.0.0.1', url: null, origins: [] }

test('the terminal says where the hub is, and the link to the first administrator', () => {
  expect(startWords({ url, setupToken: null, config: here })).toBe(`\n  Wherry is running at ${url}\n\n`)
  expect(startWords({ url, setupToken: 'abc', config: here })).toContain(`${url}/setup#abc\n`)
})

test.each([
  ['everywhere, without an address', { ...here, host: '0.0.0.0' }, true],
  ['everywhere, with an address', { ...here, host: '0.0.0.0', url: 'https://files.example.org' }, false],
  ['everywhere, with another origin', { ...here, host: '::', origins: ['http://192.168.1.10:8080'] }, false],
  ['on this machine', here, false],
])('who listens %s is told of WHERRY_URL as far as it is needed', (_, config, isTold) => {
  expect(startWords({ url, setupToken: null, config }).includes('WHERRY_URL')).toBe(isTold)
})
