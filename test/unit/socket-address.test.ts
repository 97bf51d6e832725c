import { expect, test } from 'vitest'
import { addressOfTry } from '../../client/web/socket.ts'

test('each try after a failed one has an address of its own, but for each fourth', () => {
  const url = 'wss://files.example.org/ws'
  const tries = Array.from({ length: 9 }, (_, failures) => addressOfTry(url, failures))
  expect(tries.map(address => address === url)).toEqual([
    true,
    false,
    false,
    false,
    true,
    false,
    false,
    false,
    true,
  ])
  expect(new Set(tries).size).toBe(7)
  for (const address of tries) expect(address).toMatch(/^wss:\/\/files\.example\.org\/ws(\/[\w-]+)?$/)
})
