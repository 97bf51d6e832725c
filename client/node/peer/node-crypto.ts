import { hash } from 'node:crypto'
import type { Sha256 } from '../../core/hashing.ts'
import { nodeCipher } from './cipher.ts'

/** On the calling thread: another one would wait for the same processor, which two sides on small machines have not to spare. */
const sha256: Sha256 = async bytes => hash('sha256', bytes, 'hex')

/** What Node does better than WebCrypto. */
export const nodeCrypto = { makeCipher: nodeCipher, sha256 }
