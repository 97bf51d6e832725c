import { fileTypeFromBuffer } from 'file-type'
import { lookup } from 'mime-types'
import { isForeignToTexts } from '../protocol/text-characters.ts'
import { mayHaveSignature } from './signatures.ts'

const unknownType = 'application/octet-stream'

/** Containers that many formats are made of: a name may say which. */
const containers = new Set(['application/zip', 'application/x-cfb', 'application/xml', 'application/gzip'])

/** Text formats that have their own names; every other text is plain. */
const isTextType = (type: string): boolean =>
  type.startsWith('text/') || /[+/](?:json|xml|javascript|yaml|x-sh|sql|toml)$/.test(type)

/**
 * The MIME type of a file by its first bytes, and by its name where bytes do not tell: what is no text is never given a
 * text type, so that a page cannot be smuggled in. It describes; what a browser may show is decided in http/downloads.ts.
 * `head` may be shared memory, and has to stay as it is only until the call returns.
 */
export const contentType = async (name: string, head: Uint8Array): Promise<string> => {
  const byName = lookup(name) || unknownType
  if (head.length === 0) return byName
  if (isText(head)) {
    if (startsWith(head, '%PDF-')) return 'application/pdf'
    return isTextType(byName) ? byName : 'text/plain'
  }
  const byContent = mayHaveSignature(head) ? await signatureType(new Uint8Array(head)) : null
  const trustsName = byContent === null || containers.has(byContent)
  if (trustsName && !isTextType(byName) && byName !== unknownType) return byName
  return byContent ?? unknownType
}

const signatureType = async (head: Uint8Array): Promise<string | null> =>
  (await fileTypeFromBuffer(head).catch(() => undefined))?.mime ?? null

const startsWith = (head: Uint8Array, text: string): boolean =>
  head.length >= text.length && [...text].every((char, i) => head[i] === char.charCodeAt(0))

const isText = (head: Uint8Array): boolean => {
  if (head.some(isForeignToTexts)) return false
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(new Uint8Array(head), { stream: true })
    return true
  } catch {
    return false
  }
}
