import { WherryError } from '../../../../protocol/errors.ts'
import type { PairKeys } from '../api.ts'
import { writeNumber } from './layout.ts'

/** Seals and opens frames with AES-256-GCM by their numbers, several at the same time. */
export type Sealer = {
  seal(number: number, plain: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>>
  /** Throws `not_authentic` for what the other side did not seal under this number. */
  open(number: number, sealed: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>>
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

export const createSealer = async (keys: LinkKeys): Promise<Sealer> => {
  const importKey = (raw: Uint8Array<ArrayBuffer>, use: KeyUsage) =>
    crypto.subtle.importKey('raw', raw, 'AES-GCM', false, [use])
  const [sendKey, receiveKey, tag] = await Promise.all([
    importKey(keys.linkSend, 'encrypt'),
    importKey(keys.linkReceive, 'decrypt'),
    tagOf(keys),
  ])
  return {
    tag,
    async seal(number, plain) {
      const algorithm = { name: 'AES-GCM', iv: nonceOf(number) }
      return new Uint8Array(await crypto.subtle.encrypt(algorithm, sendKey, plain))
    },
    async open(number, sealed) {
      try {
        const algorithm = { name: 'AES-GCM', iv: nonceOf(number) }
        return new Uint8Array(await crypto.subtle.decrypt(algorithm, receiveKey, sealed))
      } catch (cause) {
        throw new WherryError('not_authentic', undefined, {}, { cause })
      }
    },
  }
}
