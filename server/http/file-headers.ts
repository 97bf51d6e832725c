import type { HttpHeaders } from '../transport/http.ts'

/** Types that a browser shows without running anything of them. */
const viewable =
  /^(?:image\/(?:png|apng|jpeg|gif|webp|avif|bmp|jxl|x-icon|vnd\.microsoft\.icon)|audio\/[\w.+-]+|video\/[\w.+-]+|application\/pdf)$/
const readable = /^(?:text\/|application\/(?:json|xml|javascript|sql|toml|yaml|x-sh)$)/

/** Nothing in a file may run, load or reach the hub's own pages. */
const sandboxed =
  "sandbox; default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"
/** Browsers refuse to show a PDF in a sandbox; their viewers run in a process of their own. */
const pdfPolicy = "script-src 'none'; frame-ancestors 'self'"

/** How a file of this type is shown in place; null if it has to be saved. SVG and HTML can carry scripts: never. */
const viewType = (type: string): string | null => {
  if (viewable.test(type)) return type
  return readable.test(type) ? 'text/plain; charset=utf-8' : null
}

/** The headers that describe a file and keep it harmless, whatever is in it. */
export const fileHeaders = (file: {
  name: string
  type: string
  purpose: 'save' | 'view'
  etag: string
  modifiedAt: number
}): HttpHeaders => {
  const shown = file.purpose === 'view' ? viewType(file.type) : null
  const date = new Date(file.modifiedAt)
  const year = date.getUTCFullYear()
  return {
    'content-type': shown ?? file.type,
    'content-disposition': contentDisposition(shown === null ? 'attachment' : 'inline', file.name),
    'content-security-policy': shown === 'application/pdf' ? pdfPolicy : sandboxed,
    'x-content-type-options': 'nosniff',
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'cache-control': 'private, no-cache',
    'accept-ranges': 'bytes',
    etag: file.etag,
    ...(year >= 1 && year <= 9999 ? { 'last-modified': date.toUTCString() } : {}),
  }
}

/** RFC 6266: a plain name for old clients and the exact one, encoded by RFC 8187. */
const contentDisposition = (kind: 'inline' | 'attachment', name: string): string => {
  const plain = name.replace(/[^\x20-\x7e]|["\\%/]/gu, '_')
  const exact = encodeURIComponent(name).replace(
    /['()*]/g,
    char => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `${kind}; filename="${plain}"; filename*=UTF-8''${exact}`
}
