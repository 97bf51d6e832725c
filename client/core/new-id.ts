import { toBase64url } from './base64url.ts'

const idBytes = 16

/** Drawn for many ids at once: asking for each takes 10 microseconds, and each of ten thousand small files has one. */
const random = new Uint8Array(idBytes * 128)
let used = random.length

/** A fresh id: 128 random bits as base64url. */
export const newId = (): string => {
  if (used === random.length) {
    crypto.getRandomValues(random)
    used = 0
  }
  used += idBytes
  return toBase64url(random.subarray(used - idBytes, used))
}
