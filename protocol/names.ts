import { limits } from './limits.ts'

const encoder = new TextEncoder()

/** Why `name` cannot name an entry, as a sentence, or null if it can. Windows' reserved words are fine on the hub. */
export const nameProblem = (name: string): string | null => {
  if (name.length === 0) return 'A name cannot be empty.'
  if (name === '.' || name === '..') return 'A name cannot be "." or "..".'
  if (name.includes('/')) return 'A name cannot contain "/".'
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(name)) return 'A name cannot contain control characters.'
  if (!name.isWellFormed()) return 'A name has to be valid Unicode.'
  // A UTF-16 unit has at most three bytes, so that few names have to be encoded.
  if (3 * name.length > limits.nameBytes && encoder.encode(name).length > limits.nameBytes) {
    return `A name cannot be longer than ${limits.nameBytes} bytes.`
  }
  return null
}

/** In ASCII there is nothing to compose, and most names are ASCII: ten times as fast. */
const isPlain = /^[ -~]*$/

/** What makes two names the same in one folder: composed (NFC) and lower case, so that every client's file system can hold both. */
export const nameKey = (name: string): string =>
  isPlain.test(name) ? name.toLowerCase() : name.normalize('NFC').toLowerCase().normalize('NFC')

/** What makes two e-mail addresses those of the same account. */
export const emailKey = (email: string): string => email.trim().normalize('NFC').toLowerCase()

/**
 * A string whose plain code-point order is the order that people expect of names: without case and accents first,
 * numbers by value (`2 < 10`). Equal keys are told apart by the name itself.
 */
export const sortKey = (name: string): string =>
  name
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/[0-9]+/g, digits => {
      const value = digits.replace(/^0+(?=[0-9])/, '')
      return `0${String(value.length).padStart(3, '0')}${value}`
    })

/** Compares by code point, as SQLite's and PostgreSQL's binary order of UTF-8 does; JavaScript's `<` compares UTF-16 units. */
export const compareText = (a: string, b: string): number => {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i)
    const y = b.charCodeAt(i)
    if (x !== y) {
      const xSurrogate = x >= 0xd800 && x <= 0xdfff
      const ySurrogate = y >= 0xd800 && y <= 0xdfff
      if (xSurrogate !== ySurrogate) return xSurrogate ? 1 : -1
      return x - y
    }
  }
  return a.length - b.length
}

/** Longer than this, what follows the last dot is not taken for an extension. */
const longestExtension = 32

/** The n-th name to try when a name is taken and both are to be kept: `report (2).pdf`. */
export const numberedName = (name: string, n: number): string => {
  const lastDot = name.lastIndexOf('.')
  const dot = name.length - lastDot <= longestExtension ? lastDot : -1
  const stem = dot > 0 ? name.slice(0, dot) : name
  const extension = dot > 0 ? name.slice(dot) : ''
  return nameEndingIn(stem, ` (${n})${extension}`)
}

/** Of `stem` as much as fits into a name with that end. */
export const nameEndingIn = (stem: string, end: string): string => {
  let kept = stem
  while (encoder.encode(kept + end).length > limits.nameBytes) kept = [...kept].slice(0, -1).join('')
  return kept + end
}
