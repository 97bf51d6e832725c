import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  codeText,
  drawSecrets,
  linkText,
  parseCode,
  parseInvitation,
  parseLink,
} from '../../../client/core/peer/pairing/code.ts'
import { drawBelow, loadWords, suggestWords } from '../../../client/core/peer/pairing/words.ts'
import { limits } from '../../../protocol/limits.ts'

const words = await loadWords()
const secretBits = 'abcdefghijKLMNOP_-1234'

describe('codes and links of direct sends', () => {
  it('draws codes and links that are read again as what they are', async () => {
    for (let i = 0; i < 50; i++) {
      const secrets = await drawSecrets()
      const slot = 1 + drawBelow(limits.slots)
      const [code, link] = secrets
      expect(parseCode(codeText(slot, secrets), words)).toEqual({ ...code, slot, hub: null })
      expect(parseLink(linkText('https://hub.example/', slot, secrets))).toEqual({
        ...link,
        slot,
        hub: 'https://hub.example',
      })
    }
  })

  it('draws every number equally often', () => {
    const drawn = new Uint32Array(6)
    for (let i = 0; i < 60_000; i++) {
      const number = drawBelow(6)
      drawn[number] = (drawn[number] ?? 0) + 1
    }
    // Seven standard deviations: a fair draw fails this once in 10^11 runs.
    for (const times of drawn) expect(Math.abs(times - 10_000)).toBeLessThan(7 * Math.sqrt(60_000 * (5 / 36)))
  })

  it('reads a code in whatever way it is typed', () => {
    const expected = { slot: 7, via: 'code', secret: 'copper-violin', hub: null }
    for (const typed of [
      '7-copper-violin',
      ' 7 copper violin\n',
      '7-Copper-VIOLIN.',
      '“7 – copper – violin”',
      '7copper violin',
      '07_copper__violin',
      '７-ｃｏｐｐｅｒ-violin',
      '7.copper,violin!',
    ])
      expect(parseCode(typed, words), typed).toEqual(expected)
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: limits.slots }),
        fc.constantFrom(...words),
        fc.constantFrom(...words),
        fc.constantFrom('-', ' ', '.', '--', ' - ', '_', '/'),
        fc.boolean(),
        (slot, first, second, between, upper) => {
          const typed = [slot, first, second].join(between)
          expect(parseCode(upper ? typed.toUpperCase() : typed, words)).toEqual({
            slot,
            via: 'code',
            secret: `${first}-${second}`,
            hub: null,
          })
        },
      ),
    )
  })

  it('says what is wrong with a code, before it costs a guess', () => {
    const faultOf = (typed: string) => {
      try {
        parseCode(typed, words)
      } catch (error) {
        return (error as { reason: string; details: object }).details
      }
      return null
    }
    expect(faultOf('7-copper-violn')).toEqual({ fault: 'word', word: 'violn' })
    for (const typed of ['', '7', '7-copper', 'copper-violin', '7-copper-violin-oboe', 'copper-7-violin'])
      expect(faultOf(typed), typed).toEqual({ fault: 'form' })
    for (const typed of ['0-copper-violin', '10000-copper-violin', '999999999999999999999-copper-violin'])
      expect(faultOf(typed), typed).toEqual({ fault: 'slot' })
  })

  it('reads a link with what a messenger put around it, or its end alone', async () => {
    for (const [pasted, hub] of [
      [`https://hub.example/go#12-${secretBits}`, 'https://hub.example'],
      [`https://hub.example:8443/under/go/#12-${secretBits}`, 'https://hub.example:8443/under'],
      [`Here: http://localhost:8080/go#12-${secretBits}. Thanks`, 'http://localhost:8080'],
      [`<https://hub.example/go#12-${secretBits}>`, 'https://hub.example'],
      [`#12-${secretBits}`, null],
    ] as const)
      expect(await parseInvitation(pasted), pasted).toEqual({
        slot: 12,
        via: 'link',
        secret: secretBits,
        hub,
      })
    for (const pasted of ['#', '#7-copper-violin', `#12-${secretBits}x`, `#12-${secretBits.slice(1)}`, '#x'])
      await expect(parseInvitation(pasted)).rejects.toMatchObject({ details: { fault: 'form' } })
    await expect(parseInvitation(`#0-${secretBits}`)).rejects.toMatchObject({ details: { fault: 'slot' } })
  })

  it('takes any text without another error than its own', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 200 }), async typed => {
        await parseInvitation(typed).catch(error => expect(error.reason).toBe('invalid_params'))
      }),
    )
  })

  it('suggests words for what was typed so far', () => {
    expect(words).toHaveLength(7772)
    expect(suggestWords(words, 'viol', 3)).toEqual(['violate', 'violation', 'violator'])
    expect(suggestWords(words, ' COPP ')).toEqual(
      ['copper', 'copperhead', 'coppery'].filter(w => words.includes(w)),
    )
    expect(suggestWords(words, '')).toEqual([])
    expect(suggestWords(words, 'zzz')).toEqual([])
    fc.assert(
      fc.property(fc.string({ maxLength: 4 }), typed => {
        const prefix = typed.trim().toLowerCase()
        expect(suggestWords(words, typed, 10_000)).toEqual(
          prefix ? words.filter(word => word.startsWith(prefix)) : [],
        )
      }),
    )
  })

  it('loads the words in a bundle as in Node, in a file of their own', async () => {
    const outdir = await mkdtemp(join(tmpdir(), 'wherry-words-'))
    await build({
      stdin: {
        contents: `import { loadWords } from './client/core/peer/pairing/words.ts'
          console.log((await loadWords()).length)`,
        resolveDir: join(import.meta.dirname, '../../..'),
      },
      bundle: true,
      format: 'esm',
      splitting: true,
      platform: 'browser',
      outdir,
      outExtension: { '.js': '.mjs' },
      logLevel: 'error',
    })
    const { stdout } = await promisify(execFile)(process.execPath, [join(outdir, 'stdin.mjs')])
    expect(stdout.trim()).toBe('7772')
    await rm(outdir, { recursive: true })
  })
})
