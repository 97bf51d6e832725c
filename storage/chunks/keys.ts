import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import { messageOf } from '../message-of.ts'
import { segmentNumber } from './record.ts'
import { isMissing, writeDurably } from './small-files.ts'

/** The keys that records are encrypted with: `current` for new ones, older ones to read. Can be sent to threads. */
export type DataKeys = { current: number; keys: { version: number; secret: Uint8Array }[] }

export type OpenKeysOptions = {
  /** The hub's data directory, which exists. */
  directory: string
  /** 32 bytes; null: the file `master.key` in the directory, which is made on first start. */
  masterKey: Uint8Array | null
}

export type OpenedKeys = {
  keys: DataKeys
  /** The file that a master key was created in just now (back it up: without it nothing is readable), else null. */
  createdMasterKeyFile: string | null
}

const keysFile = v.strictObject({
  format: v.literal(1),
  current: v.pipe(v.number(), v.integer()),
  keys: v.pipe(
    v.array(v.strictObject({ version: v.pipe(v.number(), v.integer()), wrapped: v.string() })),
    v.minLength(1),
  ),
})

const nonceBytes = 12
const tagBytes = 16

const wrapAad = (version: number): Buffer => Buffer.from(`wherry data key ${version}`)

/** nonce || AES-256-GCM of the secret under the master key || tag, in base64. */
const wrap = (masterKey: Uint8Array, version: number, secret: Uint8Array): string => {
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv('aes-256-gcm', masterKey, nonce).setAAD(wrapAad(version))
  return Buffer.concat([nonce, cipher.update(secret), cipher.final(), cipher.getAuthTag()]).toString('base64')
}

const unwrap = (masterKey: Uint8Array, version: number, wrapped: string): Uint8Array => {
  const bytes = Buffer.from(wrapped, 'base64')
  const nonce = bytes.subarray(0, nonceBytes)
  const tagAt = bytes.length - tagBytes
  try {
    const decipher = createDecipheriv('aes-256-gcm', masterKey, nonce, { authTagLength: tagBytes })
    decipher.setAAD(wrapAad(version)).setAuthTag(bytes.subarray(tagAt))
    return Buffer.concat([decipher.update(bytes.subarray(nonceBytes, tagAt)), decipher.final()])
  } catch (cause) {
    throw new Error('The master key does not fit keys.json: it is another one, or the file is damaged.', {
      cause,
    })
  }
}

/** 32 bytes from 64 hexadecimal characters or 44 of base64; throws a sentence otherwise. */
export const parseMasterKey = (text: string): Uint8Array => {
  const trimmed = text.trim()
  const bytes = Buffer.from(trimmed, /^[0-9a-fA-F]{64}$/.test(trimmed) ? 'hex' : 'base64')
  if (bytes.length !== 32) throw new Error('The master key has to be 32 bytes in hexadecimal or base64.')
  return bytes
}

const readOrNull = async (path: string): Promise<string | null> => {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}

/** True once a chunk was stored below a data directory. */
export const hasSegments = async (directory: string): Promise<boolean> => {
  try {
    return (await readdir(join(directory, 'chunks'))).some(name => segmentNumber(name) !== null)
  } catch (error) {
    if (isMissing(error)) return false
    throw error
  }
}

const parseKeysFile = (text: string): v.InferOutput<typeof keysFile> => {
  try {
    return v.parse(keysFile, JSON.parse(text))
  } catch (cause) {
    throw new Error('The file keys.json is damaged. Restore it from a backup.', { cause })
  }
}

const keyOfFile = (path: string, text: string): Uint8Array => {
  try {
    return parseMasterKey(text)
  } catch (cause) {
    throw new Error(`${path} is no master key: ${messageOf(cause)}`, { cause })
  }
}

const masterKeyFromFile = async (directory: string, mayCreate: boolean) => {
  const path = join(directory, 'master.key')
  const text = await readOrNull(path)
  if (text !== null) return { masterKey: keyOfFile(path, text), created: null }
  if (!mayCreate) throw new Error(`The master key is missing: ${path} is not there and none was given.`)
  const masterKey = randomBytes(32)
  await writeDurably(path, `${masterKey.toString('hex')}\n`, 0o600)
  return { masterKey, created: path }
}

const createDataKeys = async (path: string, masterKey: Uint8Array): Promise<DataKeys> => {
  const secret = randomBytes(32)
  const file = { format: 1, current: 1, keys: [{ version: 1, wrapped: wrap(masterKey, 1, secret) }] }
  await writeDurably(path, `${JSON.stringify(file, null, 2)}\n`, 0o600)
  return { current: 1, keys: [{ version: 1, secret }] }
}

/** The data keys of a hub, created on first start. Throws one clear sentence if the master key is wrong or missing. */
export const openKeys = async ({ directory, masterKey: given }: OpenKeysOptions): Promise<OpenedKeys> => {
  if (given && given.length !== 32) throw new Error('The master key has to be 32 bytes.')
  const path = join(directory, 'keys.json')
  const text = await readOrNull(path)
  if (text === null && (await hasSegments(directory)))
    throw new Error('The file keys.json is missing, and the stored chunks cannot be read without it.')
  const { masterKey, created } = given
    ? { masterKey: given, created: null }
    : await masterKeyFromFile(directory, text === null)
  if (text === null) return { keys: await createDataKeys(path, masterKey), createdMasterKeyFile: created }
  const file = parseKeysFile(text)
  const keys = file.keys.map(({ version, wrapped }) => ({
    version,
    secret: unwrap(masterKey, version, wrapped),
  }))
  if (!keys.some(key => key.version === file.current))
    throw new Error('The file keys.json lacks its current key.')
  return { keys: { current: file.current, keys }, createdMasterKeyFile: created }
}
