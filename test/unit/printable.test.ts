import { expect, test } from 'vitest'
import { printable } from '../../client/node/cli/output.ts'

test.each([
  ['controls', [0, 7, 9, 10, 13, 0x1b, 0x1f, 0x7f, 0x80, 0x9b, 0x9f]],
  [
    'directions',
    [0x061c, 0x200e, 0x200f, 0x202a, 0x202b, 0x202c, 0x202d, 0x202e, 0x2066, 0x2067, 0x2068, 0x2069],
  ],
  ['ends of lines', [0x2028, 0x2029]],
])('%s are spelled out', (_, codes) => {
  for (const code of codes)
    expect(printable(`a${String.fromCodePoint(code)}b`)).toBe(`a\\u{${code.toString(16)}}b`)
})

test('what people write is left as it is', () => {
  const name = 'Grüße 🦆 שלום مرحبا \u200d.txt'
  expect(printable(name)).toBe(name)
})
