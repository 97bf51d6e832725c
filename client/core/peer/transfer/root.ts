import { sha256 } from '@noble/hashes/sha2.js'
import { hexToBytes } from '../../../../protocol/digest.ts'
import { chunkBytes } from '../api.ts'

/** The root of a file: SHA-256 over the SHA-256 of its chunks, in order. */
export const createRoot = () => {
  const digest = sha256.create()
  return {
    add: (hash: string): void => void digest.update(hexToBytes(hash)),
    finish: (): Uint8Array => digest.digest(),
  }
}

export const chunkCount = (size: number): number => Math.ceil(size / chunkBytes)

export const chunkSize = (size: number, index: number): number =>
  Math.min(chunkBytes, size - index * chunkBytes)
