import { createCipheriv, createDecipheriv } from 'node:crypto'
import type { MakeCipher } from '../../core/peer/link/sealer.ts'

const tagBytes = 16

/** AES-256-GCM of node:crypto, on the calling thread: WebCrypto copies what it is given, which costs as much again. */
export const nodeCipher: MakeCipher = async key => ({
  async encrypt(nonce, plain) {
    const cipher = createCipheriv('aes-256-gcm', key, nonce)
    const sealed = new Uint8Array(plain.length + tagBytes)
    sealed.set(cipher.update(plain), 0)
    cipher.final()
    sealed.set(cipher.getAuthTag(), plain.length)
    return sealed
  },
  async decrypt(nonce, sealed) {
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes })
    decipher.setAuthTag(sealed.subarray(-tagBytes))
    const plain = decipher.update(sealed.subarray(0, -tagBytes)) as Buffer<ArrayBuffer>
    decipher.final()
    return plain
  },
})
