import type { Carrier, PeerSink, PeerSource, PeerStore, Room, Secret } from '../../../client/core/peer/api.ts'
import {
  frameMemory,
  largestMessageBytes,
  plainBytesIn,
  sealBytes,
} from '../../../client/core/peer/link/layout.ts'
import type { MakeCipher } from '../../../client/core/peer/link/sealer.ts'
import { createRoom } from '../../../client/core/peer/own-room.ts'
import { joinRoom } from '../../../client/core/peer/room.ts'
import { startReceipt, startSend } from '../../../client/core/peer/session.ts'
import { nodeCrypto } from '../../../client/node/peer/node-crypto.ts'
import { type Measured, measured } from '../measured.ts'
import { type Address, withClient } from './connect.ts'

/**
 * `sealed`: by the session, as a direct send without a direct way. `unsealed`: the same, but frames travel as they are.
 * `pumped`: the same message again and again: nothing is read, cut into chunks and frames, hashed, sealed, acknowledged, put
 * together or verified.
 */
export type RelayedAs = 'sealed' | 'unsealed' | 'pumped'
type Work = Address & { bytes: number; as: RelayedAs }
export type Doors = { slots: number[] }

/** What a message of the relay holds of a large file. */
const messageBytes = 256 * 1024
const secret: Secret = { via: 'code', secret: 'copper-violin' }

/** Bytes that are not the same everywhere, from memory. */
const content = new Uint8Array(2 ** 20).map((_, i) => i * 31)

const source = (size: number): PeerSource => ({
  file: { path: ['big.bin'], kind: 'file', size, modifiedAt: 0 },
  async read(_start, length, into = new Uint8Array(length)) {
    into.set(content.subarray(0, length))
    return into.subarray(0, length)
  },
})

/** Verifies, and keeps nothing. */
const discarding: PeerStore = {
  async reserve() {},
  open: async (): Promise<PeerSink> => ({
    restored: new Map(),
    write: async (_index, bytes) => bytes.buffer,
    async finish() {},
    async stop() {},
  }),
}

/** What a session without sealing would do: the bytes, and room for the tag, as they are. */
const noCipher: MakeCipher = async () => ({
  encrypt: async (_nonce, memory, length) => memory.subarray(0, length + sealBytes),
  decrypt: async (_nonce, sealed) => sealed.slice(0, -sealBytes),
  release: () => {},
})

const cryptoOf = (as: RelayedAs) => (as === 'unsealed' ? { ...nodeCrypto, makeCipher: noCipher } : nodeCrypto)

const whenPresent = (room: Room): Promise<void> =>
  new Promise(resolve => {
    if (room.present) return resolve()
    const stop = room.onPresence(present => {
      if (!present) return
      stop()
      resolve()
    })
  })

const pour = async (carrier: Carrier, bytes: number): Promise<void> => {
  const message = new Uint8Array(messageBytes)
  for (let sent = 0; sent < bytes; sent += message.length) {
    if (carrier.bufferedBytes >= messageBytes) await carrier.drained()
    carrier.send(message)
  }
}

const drain = (carrier: Carrier, bytes: number): Promise<void> =>
  new Promise((resolve, reject) => {
    let got = 0
    carrier.onMessage(message => {
      got += message.length
      if (got >= bytes) resolve()
    })
    carrier.onClose(() => reject(new Error('the relay closed')))
  })

const give = async (room: Room, { bytes, as }: Work): Promise<void> => {
  if (as !== 'pumped') {
    await startSend({ room, secrets: [secret], sources: [source(bytes)], from: '', ...cryptoOf(as) }).finished
    return
  }
  await whenPresent(room)
  const ended = new Promise<unknown>(resolve => room.onEnd(resolve))
  await pour(await room.openRelay(), bytes)
  await ended
}

const take = async (room: Room, { bytes, as }: Work): Promise<void> => {
  if (as === 'pumped') {
    await whenPresent(room)
    await drain(await room.openRelay(), bytes)
    return room.leave()
  }
  const receipt = startReceipt({ room, secret, store: discarding, ...cryptoOf(as) })
  receipt.onChange(() => receipt.status.phase === 'offered' && receipt.accept())
  await receipt.finished
}

/** Of a sealed relay only what cannot be left out, for both sides: all chunks hashed twice, all frames sealed and opened. */
export const sealAndHash = ({ bytes }: Pick<Work, 'bytes'>): Promise<Measured> =>
  measured(async () => {
    const { makeCipher, sha256 } = nodeCrypto
    const cipher = await makeCipher(new Uint8Array(32))
    const nonce = new Uint8Array(12)
    const plainBytes = plainBytesIn(largestMessageBytes)
    const memory = frameMemory(plainBytes)
    for (let done = 0; done < 2 * bytes; done += content.length) await sha256(content)
    for (let done = 0; done < bytes; done += plainBytes) {
      await cipher.encrypt(nonce, memory, plainBytes)
      await cipher.decrypt(nonce, memory)
    }
  })

/** Sends as much in each of `count` rooms at the same time; tells the Doors to them first, as JSON. */
export const relayOut = (
  { count, ...work }: Work & { count: number },
  tell: (doors: string) => void,
): Promise<Measured> =>
  withClient(work, async client => {
    const opened = await Promise.all(Array.from({ length: count }, () => createRoom(client)))
    tell(JSON.stringify({ slots: opened.map(({ slot }) => slot ?? 0) } satisfies Doors))
    return measured(() => Promise.all(opened.map(({ room }) => give(room, work))))
  })

/** Receives what comes by these doors, all at the same time. */
export const relayIn = ({ slots, ...work }: Work & Doors): Promise<Measured> =>
  withClient(work, async client => {
    const rooms = await Promise.all(slots.map(slot => joinRoom(client, { kind: 'slot', slot })))
    return measured(() => Promise.all(rooms.map(room => take(room, work))))
  })
