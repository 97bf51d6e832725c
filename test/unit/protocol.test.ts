import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { errorSentences, rpcCode, WherryError } from '../../protocol/errors.ts'
import { events } from '../../protocol/events.ts'
import { higherLevel, includesLevel, levels } from '../../protocol/levels.ts'
import { rpcRequest } from '../../protocol/rpc.ts'
import { calls } from '../../protocol/table.ts'

describe('the table of calls', () => {
  test.each(Object.entries(calls))(
    '%s is named noun.verb, documented, and names only known errors',
    (name, row) => {
      expect(name).toMatch(/^[a-z]+\.[a-z][a-zA-Z]*$/)
      expect(row.doc).toMatch(/\.$/)
      for (const reason of row.errors) expect(errorSentences).toHaveProperty(reason)
    },
  )

  test.each(Object.entries(calls))('%s refuses unknown keys', (_name, row) => {
    const parsed = v.safeParse(row.params, { surprise: 1 })
    expect(parsed.success).toBe(false)
  })

  test.each(Object.entries(calls))(
    '%s names the things its access rules ask about among its parameters',
    (_name, row) => {
      if (row.access === 'room') {
        expect(Object.keys(row.params.entries)).toContain('room')
        return
      }
      if (!Array.isArray(row.access)) {
        expect(['anyone', 'session', 'administrator']).toContain(row.access)
        return
      }
      expect(row.access.length).toBeGreaterThan(0)
      for (const rule of row.access) expect(Object.keys(row.params.entries)).toContain(rule.of)
    },
  )

  test.each(Object.entries(events))('the event %s is documented', (name, row) => {
    expect(name).toMatch(/^[a-z]+\.[a-z][a-zA-Z]*$/)
    expect(row.doc).toMatch(/\.$/)
  })
})

describe('levels', () => {
  test('each includes itself and those below it', () => {
    for (const [i, have] of levels.entries())
      for (const [j, need] of levels.entries()) expect(includesLevel(have, need)).toBe(i >= j)
    expect(includesLevel(null, 'read')).toBe(false)
  })

  test('the higher of two wins, and something beats nothing', () => {
    expect(higherLevel('read', 'delete')).toBe('delete')
    expect(higherLevel('admin', 'write')).toBe('admin')
    expect(higherLevel(null, 'read')).toBe('read')
    expect(higherLevel('read', null)).toBe('read')
    expect(higherLevel(null, null)).toBeNull()
  })
})

describe('errors and envelopes', () => {
  test('every reason has a sentence and a JSON-RPC number', () => {
    for (const [reason, sentence] of Object.entries(errorSentences)) {
      expect(sentence).toMatch(/\.$/)
      expect(rpcCode(reason as keyof typeof errorSentences)).toBeLessThanOrEqual(-32000)
    }
    expect(new WherryError('not_found').message).toBe(errorSentences.not_found)
  })

  test.each([
    { id: 1, method: 'hub.hello' },
    { jsonrpc: '1.0', id: 1, method: 'hub.hello' },
    { jsonrpc: '2.0', method: 'hub.hello' },
    { jsonrpc: '2.0', id: null, method: 'hub.hello' },
    { jsonrpc: '2.0', id: 1.5, method: 'hub.hello' },
    { jsonrpc: '2.0', id: '', method: 'hub.hello' },
    { jsonrpc: '2.0', id: 1, method: 'hub.hello', params: [] },
    { jsonrpc: '2.0', id: 1, method: 'hub.hello', extra: 1 },
    [],
    'hub.hello',
    null,
  ])('%j is not a call', message => {
    expect(v.safeParse(rpcRequest, message).success).toBe(false)
  })
})
