import { createCipheriv, createDecipheriv } from 'node:crypto'
import type { MakeCipher } from '../../core/peer/link/sealer.ts'

const tagBytes = 16

/** The collector would count it as a reason to run, and the next one would have to be put into fresh memory. */
const free = ({ buffer, length }: Uint8Array<ArrayBuffer>): void => {
  if (buffer.byteLength === length) buffer.transfer(0)
}

/** AES-256-GCM of node:crypto, on the calling thread: WebCrypto copies what it is given, which costs as much again. */
export const nodeCipher: MakeCipher = async key => ({
  async encrypt(nonce, memory, length) {
    const cipher = createCipheriv('aes-256-gcm', key, nonce)
    const sealed = cipher.update(memory.subarray(0, length)) as Buffer<ArrayBuffer>
    memory.set(sealed)
    free(sealed)
    cipher.final()
    memory.set(cipher.getAuthTag(), length)
    return memory.subarray(0, length + tagBytes)
  },
  async decrypt(nonce, sealed) {
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes })
    decipher.setAuthTag(sealed.subarray(-tagBytes))
    const plain = decipher.update(sealed.subarray(0, -tagBytes)) as Buffer<ArrayBuffer>
    decipher.final()
    // A Buffer's slice() copies nothing, against what its type says.
    return new Uint8Array(plain.buffer, plain.byteOffset, plain.length)
  },
  release: free,
})
