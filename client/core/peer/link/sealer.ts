import { WherryError } from '../../../../protocol/errors.ts'
import type { PairKeys } from '../api.ts'
import { writeNumber } from './layout.ts'

/** Seals and opens frames with AES-256-GCM by their numbers, several at the same time. */
export type Sealer = {
  /** Seals the first `length` bytes of `memory`: answers the frame, in that memory or in memory of its own. */
  seal(number: number, memory: Uint8Array<ArrayBuffer>, length: number): Promise<Uint8Array<ArrayBuffer>>
  /** Throws `not_authentic` for what the other side did not seal under this number. */
  open(number: number, sealed: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>>
  /** Nobody uses any more what open() answered. */
  release(plain: Uint8Array<ArrayBuffer>): void
  /** Names the link in each message, the same on both sides, so that late bytes of an earlier link are told apart. */
  readonly tag: number
}

const nonceOf = (number: number): Uint8Array<ArrayBuffer> => {
  const nonce = new Uint8Array(12)
  writeNumber(new DataView(nonce.buffer), 4, number)
  return nonce
}

const tagOf = async ({ role, linkSend, linkReceive }: LinkKeys): Promise<number> => {
  const ordered = role === 'sender' ? [linkSend, linkReceive] : [linkReceive, linkSend]
  const name = new TextEncoder().encode('wherry link tag')
  const all = new Blob([name, ...ordered])
  return new DataView(await crypto.subtle.digest('SHA-256', await all.arrayBuffer())).getUint32(0, true)
}

export type LinkKeys = Pick<PairKeys, 'role' | 'linkSend' | 'linkReceive'>

/** AES-256-GCM with one key: the tag of 16 bytes follows the ciphertext. */
type Cipher = {
  /** Of the first `length` bytes of `memory`; it may use that, and what the tag needs behind them, for the answer. */
  encrypt(
    nonce: Uint8Array<ArrayBuffer>,
    memory: Uint8Array<ArrayBuffer>,
    length: number,
  ): Promise<Uint8Array<ArrayBuffer>>
  /** In memory of its own. Throws for what was not encrypted with this key and nonce. */
  decrypt(nonce: Uint8Array<ArrayBuffer>, sealed: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>>
  /** Frees what decrypt() answered, where that costs less than leaving it to the collector. */
  release(plain: Uint8Array<ArrayBuffer>): void
}
/** Node's own is faster than its WebCrypto, which copies. */
export type MakeCipher = (key: Uint8Array<ArrayBuffer>) => Promise<Cipher>

const subtleCipher: MakeCipher = async raw => {
  const key = await crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['encrypt', 'decrypt'])
  return {
    encrypt: async (iv, memory, length) =>
      new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, memory.subarray(0, length))),
    decrypt: async (iv, sealed) =>
      new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, key, sealed)),
    // Chromium's next one costs more then (27 against 25 CPU seconds for 64 MiB between two pages).
    release: () => {},
  }
}

export const createSealer = async (
  keys: LinkKeys,
  makeCipher: MakeCipher = subtleCipher,
): Promise<Sealer> => {
  const [send, receive, tag] = await Promise.all([
    makeCipher(keys.linkSend),
    makeCipher(keys.linkReceive),
    tagOf(keys),
  ])
  return {
    tag,
    seal: (number, memory, length) => send.encrypt(nonceOf(number), memory, length),
    release: receive.release,
    async open(number, sealed) {
      try {
        return await receive.decrypt(nonceOf(number), sealed)
      } catch (cause) {
        throw new WherryError('not_authentic', undefined, {}, { cause })
      }
    },
  }
}
