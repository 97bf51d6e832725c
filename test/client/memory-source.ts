import type { Source } from '../../client/core/api.ts'
import { WherryError } from '../../protocol/errors.ts'

/** Bytes that look random and are the same for the same seed. */
export const someBytes = (length: number, seed = 1): Uint8Array<ArrayBuffer> => {
  const words = new Uint32Array(Math.ceil(length / 4))
  let state = seed | 0
  for (let i = 0; i < words.length; i++) {
    state = (state + 0x9e3779b9) | 0
    let mixed = state ^ (state >>> 16)
    mixed = Math.imul(mixed, 0x21f0aaad)
    mixed ^= mixed >>> 15
    mixed = Math.imul(mixed, 0x735a2d97)
    words[i] = mixed ^ (mixed >>> 15)
  }
  return new Uint8Array(words.buffer, 0, length)
}

/** A file in memory, which counts what is read of it and can change. It reads into what it is given, as files do. */
export const memorySource = (
  name: string,
  bytes: Uint8Array<ArrayBuffer>,
  identity: string | null = null,
) => {
  const source = {
    name,
    size: bytes.length,
    modifiedAt: 1_700_000_000_000,
    identity,
    changedAt: null,
    readBytes: 0,
    hasChanged: false,
    async read(start: number, length: number, into: Uint8Array = new Uint8Array(length)) {
      if (source.hasChanged) throw new WherryError('conflict', 'The file changed while it was uploaded.')
      source.readBytes += length
      into.set(bytes.subarray(start, start + length))
      return into.subarray(0, length)
    },
  }
  return source satisfies Source
}
