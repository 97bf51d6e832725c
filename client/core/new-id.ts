const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** A fresh id: 128 random bits as base64url. */
export const newId = (): string => {
  const bytes = crypto.getRandomValues(new Uint8Array(22))
  // The last of 22 characters carries two bits.
  return Array.from(bytes, (byte, i) => alphabet[i < 21 ? byte & 63 : byte & 48]).join('')
}
