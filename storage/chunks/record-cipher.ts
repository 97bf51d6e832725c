import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  type KeyObject,
  randomFillSync,
  timingSafeEqual,
} from 'node:crypto'
import type { ChunkId } from './chunk-store.ts'
import type { DataKeys } from './keys.ts'
import {
  headerBytes,
  type RecordHeader,
  readHeader,
  recordLength,
  saltBytes,
  tagBytes,
  writeHeader,
} from './record.ts'

/** Turns chunks into records and back. Not for use by two threads. */
export type RecordCipher = {
  /** Writes the record of `plain`, whose SHA-256 is `id`, into `record` (recordLength(plain.length) bytes). */
  seal(id: ChunkId, plain: Uint8Array, record: Uint8Array): void
  /**
   * Writes the plain bytes of `record` into `plain` (as long as the header says). False if the record is not whole and
   * authentic or, where `id` is given, not that chunk's: then what `plain` holds is to be thrown away.
   */
  open(id: ChunkId | null, record: Uint8Array, plain: Uint8Array): boolean
}

type DerivedKeys = { dataKey: KeyObject; naming: KeyObject }

/** OpenSSL's output lands in memory of its own each time: pieces this small are still in the processor's cache. */
const pieceBytes = 128 * 1024
const nonce = new Uint8Array(12)
const recordKeyInfo = Buffer.from('wherry chunk key 1')
const lastBlock = Buffer.from([1])

const derive = (secret: Uint8Array): DerivedKeys => {
  const dataKey = createSecretKey(secret)
  const naming = createSecretKey(createHmac('sha256', dataKey).update('wherry chunk name 1').digest())
  return { dataKey, naming }
}

const recordKey = (keys: DerivedKeys, salt: Uint8Array): Buffer =>
  createHmac('sha256', keys.dataKey).update(recordKeyInfo).update(salt).update(lastBlock).digest()

const nameOf = (keys: DerivedKeys, id: ChunkId): Buffer =>
  createHmac('sha256', keys.naming).update(id, 'hex').digest()

/**
 * Runs `update` over pieces of `from` and collects what comes out in `to`. Each piece is freed at once, so that the next one
 * gets its memory: what waits for the collector costs a page fault for each page (3 to 6 against 8 to 10 GiB/s).
 */
const inPieces = (update: (piece: Uint8Array) => Buffer, from: Uint8Array, to: Uint8Array): void => {
  for (let at = 0; at < from.length; at += pieceBytes) {
    const { buffer, byteOffset, length } = update(from.subarray(at, at + pieceBytes))
    to.set(new Uint8Array(buffer, byteOffset, length), at)
    if (buffer instanceof ArrayBuffer && buffer.byteLength === length) buffer.transfer(0)
  }
}

export const recordCipher = (dataKeys: DataKeys): RecordCipher => {
  const derived = new Map(dataKeys.keys.map(key => [key.version, derive(key.secret)]))
  const salts = new Uint8Array(256 * saltBytes)
  let saltAt = salts.length

  const nextSalt = (): Uint8Array => {
    if (saltAt === salts.length) {
      randomFillSync(salts)
      saltAt = 0
    }
    saltAt += saltBytes
    return salts.subarray(saltAt - saltBytes, saltAt)
  }

  const seal = (id: ChunkId, plain: Uint8Array, record: Uint8Array): void => {
    const keys = derived.get(dataKeys.current)
    if (!keys) throw new Error(`Data key ${dataKeys.current} is missing.`)
    const salt = nextSalt()
    writeHeader(record, { keyVersion: dataKeys.current, size: plain.length, salt, name: nameOf(keys, id) })
    const cipher = createCipheriv('aes-256-gcm', recordKey(keys, salt), nonce)
    cipher.setAAD(record.subarray(0, headerBytes))
    inPieces(piece => cipher.update(piece), plain, record.subarray(headerBytes))
    cipher.final()
    record.set(cipher.getAuthTag(), headerBytes + plain.length)
  }

  const decrypt = (
    keys: DerivedKeys,
    header: RecordHeader,
    record: Uint8Array,
    plain: Uint8Array,
  ): boolean => {
    const decipher = createDecipheriv('aes-256-gcm', recordKey(keys, header.salt), nonce, {
      authTagLength: tagBytes,
    })
    decipher.setAAD(record.subarray(0, headerBytes))
    decipher.setAuthTag(record.subarray(headerBytes + header.size, recordLength(header.size)))
    inPieces(piece => decipher.update(piece), record.subarray(headerBytes, headerBytes + header.size), plain)
    try {
      decipher.final()
      return true
    } catch {
      // final() has one way to fail: the tag does not match.
      return false
    }
  }

  const open = (id: ChunkId | null, record: Uint8Array, plain: Uint8Array): boolean => {
    const header = readHeader(record)
    if (!header || header.size !== plain.length || record.length !== recordLength(header.size)) return false
    const keys = derived.get(header.keyVersion)
    if (!keys) return false
    if (id !== null && !timingSafeEqual(nameOf(keys, id), header.name)) return false
    return decrypt(keys, header, record, plain)
  }

  return { seal, open }
}
