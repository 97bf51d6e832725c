import { WherryError } from '../../../../protocol/errors.ts'
import { limits } from '../../../../protocol/limits.ts'
import type { Stop } from '../../api.ts'
import { fromBase64url, toBase64url } from '../../base64url.ts'
import { createListeners } from '../../listeners.ts'
import type { PairKeys, Room, SealedSignals } from '../api.ts'
import { decodePairing } from './pairing-messages.ts'

/** The first byte of a sealed envelope; one of pairing begins with a brace. */
const sealedForm = 1
const form = Uint8Array.of(sealedForm)

/** The number of an envelope is its nonce: each is used once with a key, and only the right one opens it. */
const sealing = (count: number) => {
  const iv = new Uint8Array(12)
  new DataView(iv.buffer).setBigUint64(4, BigInt(count))
  return { name: 'AES-GCM', iv, additionalData: form }
}

const importKey = (key: Uint8Array<ArrayBuffer>, use: 'encrypt' | 'decrypt') =>
  crypto.subtle.importKey('raw', key, 'AES-GCM', false, [use])

const encode = (sealed: ArrayBuffer): string => {
  const bytes = new Uint8Array(1 + sealed.byteLength)
  bytes[0] = sealedForm
  bytes.set(new Uint8Array(sealed), 1)
  return toBase64url(bytes)
}

export type OpenSignals = SealedSignals & {
  /**
   * The other side began to pair anew: these keys are dropped, and pair() goes on with this envelope (PairOptions.first).
   * Anybody could have said so, but who has not the secret gets no further.
   */
  onRestart(listener: (hi: string) => void): Stop
  /** Listens no more: what comes waits in the room for the next keys. */
  close: Stop
}

/**
 * Seals signals with the keys of one pairing. They hold as long as both connections: when the other side is away this is
 * closed, and both pair again. `not_authentic` for an envelope that is not the next one of the other side, and nothing after it. send() throws
 * `too_large` above 12 KiB of JSON; after any other failure nothing more is sent with these keys.
 */
export const sealedSignals = (room: Room, keys: PairKeys): OpenSignals => {
  const messages = createListeners<Record<string, unknown>>()
  const failures = createListeners<WherryError>()
  const restarts = createListeners<string>()
  const sendKey = importKey(keys.signalSend, 'encrypt')
  const receiveKey = importKey(keys.signalReceive, 'decrypt')
  const waiting: string[] = []
  let isOpening = false
  let isClosed = false
  let sent = 0
  let received = 0
  let sending: Promise<void> = Promise.resolve()
  let failure: WherryError | null = null

  const close = () => {
    isClosed = true
    waiting.length = 0
    stopSignals()
    stopPresence()
  }

  const open = async (envelope: string): Promise<Record<string, unknown>> => {
    const bytes = fromBase64url(envelope)
    if (bytes?.[0] !== sealedForm) throw new Error('This is no sealed envelope.')
    const opened = await crypto.subtle.decrypt(sealing(received++), await receiveKey, bytes.subarray(1))
    return JSON.parse(new TextDecoder().decode(opened))
  }

  /** One after the other, in the order in which they came. */
  const openWaiting = async () => {
    if (isOpening) return
    isOpening = true
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      try {
        const message = await open(next)
        if (!isClosed) messages.emit(message)
      } catch (cause) {
        if (isClosed) break
        close()
        failure = new WherryError('not_authentic', undefined, {}, { cause })
        failures.emit(failure)
      }
    }
    isOpening = false
  }

  const stopSignals = room.onSignal(envelope => {
    const pairing = decodePairing(envelope)
    if (!pairing) {
      waiting.push(envelope)
      void openWaiting()
    } else if (pairing.kind === 'hi' && keys.role === 'sender') restarts.emit(envelope)
    // Others are late, and change nothing: whoever has no keys may say so.
  })
  // What comes next from the other side is for the next keys: it has to find nobody listening here.
  const stopPresence = room.onPresence(present => present || close())
  if (!room.present) close()

  const seal = async (json: Uint8Array<ArrayBuffer>, count: number, before: Promise<void>): Promise<void> => {
    const sealed = await crypto.subtle.encrypt(sealing(count), await sendKey, json)
    await before
    await room.signal(encode(sealed))
  }

  return {
    send(message) {
      if (isClosed) return Promise.reject(failure ?? new WherryError('disconnected'))
      const json = new TextEncoder().encode(JSON.stringify(message))
      if (json.length > limits.envelopeChars * 0.75 - 32) return Promise.reject(new WherryError('too_large'))
      // A lost envelope leaves a hole that the other side does not accept: after one failure all fail.
      sending = seal(json, sent++, sending)
      sending.catch(() => {})
      return sending
    },
    onMessage: listener => messages.add(listener),
    onFailure: listener => failures.add(listener),
    onRestart: listener => restarts.add(listener),
    close,
  }
}
