import { expect, test } from 'vitest'
import { newId } from '../../client/core/new-id.ts'

test('each id is another one, and 128 bits as base64url', () => {
  const ids = Array.from({ length: 1000 }, newId)
  expect(new Set(ids).size).toBe(1000)
  for (const id of ids) {
    const bytes = Buffer.from(id, 'base64url')
    expect(bytes).toHaveLength(16)
    expect(bytes.toString('base64url')).toBe(id)
  }
})

test('every bit of an id is drawn', () => {
  const ids = Array.from({ length: 1000 }, () => Buffer.from(newId(), 'base64url'))
  for (let bit = 0; bit < 128; bit++) {
    const ones = ids.filter(id => ((id[bit >> 3] ?? 0) >> (bit & 7)) & 1).length
    // Fifteen standard deviations from the middle.
    expect(Math.abs(ones - 500), `bit ${bit}`).toBeLessThan(240)
  }
})
