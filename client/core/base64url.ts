/** Bytes as base64url without padding. */
export const toBase64url = (bytes: Uint8Array): string => {
  let binary = ''
  // In pieces, because a call takes only so many arguments.
  for (let at = 0; at < bytes.length; at += 4096)
    binary += String.fromCharCode(...bytes.subarray(at, at + 4096))
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/** The bytes of base64url without padding; null for what is none. */
export const fromBase64url = (text: string): Uint8Array<ArrayBuffer> | null => {
  if (!/^[A-Za-z0-9_-]*$/.test(text) || text.length % 4 === 1) return null
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  const bytes = Uint8Array.from(binary, char => char.charCodeAt(0))
  // The bits that the last character has too many are zero in the one right form.
  return toBase64url(bytes) === text ? bytes : null
}
