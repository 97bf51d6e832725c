import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { limits } from '../../protocol/limits.ts'
import { compareText, nameKey, nameProblem, numberedName, sortKey } from '../../protocol/names.ts'

const bytes = (text: string) => Buffer.byteLength(text)

describe('names', () => {
  test.each(['', '.', '..', 'a/b', '/', 'nul\0', 'tab\t', 'line\n', 'del\x7f', '\ud800'])(
    '%j cannot name an entry',
    name => {
      expect(nameProblem(name)).not.toBeNull()
    },
  )

  test.each([
    'a',
    '...',
    ' ',
    'CON',
    'nul.txt',
    'Ärger',
    'A\u0308rger',
    '👩‍👩‍👧',
    'שלום',
    'a\\b',
    '-rf',
    '$(x)',
    '\u202Eexe.txt',
  ])('%j can name an entry', name => {
    expect(nameProblem(name)).toBeNull()
  })

  test('255 bytes fit and 256 do not, counted in UTF-8', () => {
    expect(nameProblem('x'.repeat(limits.nameBytes))).toBeNull()
    expect(nameProblem('x'.repeat(limits.nameBytes + 1))).not.toBeNull()
    expect(nameProblem('ä'.repeat(127))).toBeNull()
    expect(nameProblem('ä'.repeat(128))).not.toBeNull()
  })

  test('composed and decomposed letters, and capitals, are the same name', () => {
    expect(nameKey('Ärger')).toBe(nameKey('A\u0308RGER'))
    expect(nameKey('straße')).not.toBe(nameKey('strasse'))
  })

  test('folding twice is folding once', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), name => {
        expect(nameKey(nameKey(name))).toBe(nameKey(name))
      }),
    )
  })

  test('numbers sort by value, accents and capitals next to their letters', () => {
    const names = ['file 10', 'File 2', 'file 1', 'zebra', 'Äpfel', 'apfel', 'file 02b']
    const sorted = names.toSorted((a, b) => compareText(sortKey(a), sortKey(b)) || compareText(a, b))
    expect(sorted).toEqual(['apfel', 'Äpfel', 'file 1', 'File 2', 'file 02b', 'file 10', 'zebra'])
  })

  test('texts compare as their UTF-8 bytes do', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
        fc.pre(a.isWellFormed() && b.isWellFormed())
        expect(Math.sign(compareText(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)))
      }),
    )
  })

  test('a numbered name keeps its extension and always fits', () => {
    expect(numberedName('report.pdf', 2)).toBe('report (2).pdf')
    expect(numberedName('.profile', 2)).toBe('.profile (2)')
    expect(numberedName('Makefile', 3)).toBe('Makefile (3)')
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', minLength: 1, maxLength: 255 }),
        fc.integer({ min: 2, max: 9999 }),
        (name, n) => {
          fc.pre(nameProblem(name) === null)
          const numbered = numberedName(name, n)
          expect(bytes(numbered)).toBeLessThanOrEqual(limits.nameBytes)
          expect(nameProblem(numbered)).toBeNull()
        },
      ),
    )
  })
})
