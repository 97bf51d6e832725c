/** What a request's conditions are compared with (RFC 9110 section 13). */
export type Representation = { size: number; etag: string; modifiedAt: number }

/** How to answer: the whole, a part [start, end), or without a body. */
export type Selection = { status: 200 | 206; start: number; end: number } | { status: 304 | 412 | 416 }

type Header = (name: string) => string | null

/**
 * Evaluates If-Match, If-Unmodified-Since, If-None-Match, If-Modified-Since, Range and If-Range, in the order of RFC 9110
 * section 13.2.2. Several ranges at once are answered with the whole, as section 14.2 allows. Dates in If-Range never
 * match: a file's date is set by its uploader and proves nothing about its bytes.
 */
export const select = (method: string, header: Header, of: Representation): Selection => {
  const whole = { status: 200, start: 0, end: of.size } as const
  if (!holdsMatch(header, of)) return { status: 412 }
  if (isUnchanged(header, of)) return { status: 304 }
  const range = method === 'GET' ? header('range') : null
  const ifRange = header('if-range')
  if (range === null || (ifRange !== null && ifRange.trim() !== of.etag)) return whole
  const part = parseRange(range, of.size)
  if (part === 'unsatisfiable') return { status: 416 }
  return part === null ? whole : { status: 206, ...part }
}

const holdsMatch = (header: Header, { etag, modifiedAt }: Representation): boolean => {
  const ifMatch = header('if-match')
  if (ifMatch !== null) return ifMatch.trim() === '*' || tagsOf(ifMatch).includes(etag)
  const since = dateOf(header('if-unmodified-since'))
  return since === null || wholeSeconds(modifiedAt) <= since
}

const isUnchanged = (header: Header, { etag, modifiedAt }: Representation): boolean => {
  const ifNoneMatch = header('if-none-match')
  if (ifNoneMatch !== null) {
    const tags = tagsOf(ifNoneMatch).map(tag => tag.replace(/^W\//, ''))
    return ifNoneMatch.trim() === '*' || tags.includes(etag)
  }
  const since = dateOf(header('if-modified-since'))
  return since !== null && wholeSeconds(modifiedAt) <= since
}

const tagsOf = (list: string): string[] => list.match(/(?:W\/)?"[^"]*"/g) ?? []
const wholeSeconds = (ms: number): number => Math.floor(ms / 1000) * 1000

const dateOf = (text: string | null): number | null => {
  const ms = text === null ? Number.NaN : Date.parse(text)
  return Number.isNaN(ms) ? null : ms
}

/** One byte range as [start, end); null for what is to be ignored. */
const parseRange = (text: string, size: number): { start: number; end: number } | 'unsatisfiable' | null => {
  const [, first, last] = /^bytes=\s*([0-9]{0,15})-([0-9]{0,15})\s*$/i.exec(text) ?? []
  if (first === undefined || last === undefined || (first === '' && last === '')) return null
  if (first === '') {
    const length = Math.min(Number(last), size)
    return length === 0 ? 'unsatisfiable' : { start: size - length, end: size }
  }
  const start = Number(first)
  if (last !== '' && Number(last) < start) return null
  if (start >= size) return 'unsatisfiable'
  return { start, end: last === '' ? size : Math.min(Number(last) + 1, size) }
}
