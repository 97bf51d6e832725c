import { createCipheriv, createDecipheriv } from 'node:crypto'
import type { MakeCipher } from '../../core/peer/link/sealer.ts'

const tagBytes = 16

/** Puts what a cipher made in place of what it was made from, and frees it now: the collector would run for it again and again. */
const replace = (memory: Uint8Array<ArrayBuffer>, made: Buffer): void => {
  memory.set(made)
  const { buffer, length } = made
  if (buffer instanceof ArrayBuffer && buffer.byteLength === length) buffer.transfer(0)
}

/** AES-256-GCM of node:crypto, on the calling thread: WebCrypto copies what it is given, which costs as much again. */
export const nodeCipher: MakeCipher = async key => ({
  async encrypt(nonce, memory, length) {
    const cipher = createCipheriv('aes-256-gcm', key, nonce)
    replace(memory, cipher.update(memory.subarray(0, length)))
    cipher.final()
    memory.set(cipher.getAuthTag(), length)
  },
  async decrypt(nonce, sealed) {
    const plain = sealed.subarray(0, -tagBytes)
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes })
    decipher.setAuthTag(sealed.subarray(-tagBytes))
    const made = decipher.update(plain)
    decipher.final()
    replace(plain, made)
    return plain
  },
})
