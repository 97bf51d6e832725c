import { randomBytes } from 'node:crypto'
import { CompactEncrypt, compactDecrypt } from 'jose'
import * as v from 'valibot'
import { WherryError } from '../protocol/errors.ts'
import { id } from '../protocol/values.ts'
import type { Settings } from '../storage/storage.ts'

/** What a signed address stands for. */
export type SignedTarget = {
  user: string
  session: string
  entries: readonly string[]
  /** The version of the one file it names; null for a zip. */
  version: string | null
  purpose: 'save' | 'view'
}

/** Addresses below /d/ that carry an encrypted token; whoever opens one still asks whether its user may read. */
export type SignedUrls = {
  /** An address relative to the hub, ending in the name that a plain client would save under. */
  make(target: SignedTarget, fileName: string): Promise<{ url: string; expiresAt: number }>
  /** Throws `link_expired` for a token that is foreign, broken or too old. */
  open(token: string): Promise<SignedTarget>
}

const validMs = 12 * 60 * 60 * 1000
/** An address has to fit, with a browser's headers, into the 4 KiB that uWebSockets.js allows for a request's head. */
const maxEntries = 50
const keySetting = 'signed_url_key'

const payload = v.strictObject({
  user: id,
  session: id,
  entries: v.pipe(v.array(id), v.minLength(1), v.maxLength(maxEntries)),
  version: v.nullable(id),
  purpose: v.picklist(['save', 'view']),
  expiresAt: v.number(),
})

export const createSignedUrls = async (settings: Settings, clock: () => number): Promise<SignedUrls> => {
  const key = Buffer.from(
    await settings.setIfAbsent(keySetting, randomBytes(32).toString('base64url')),
    'base64url',
  )
  return {
    make: async (target, fileName) => {
      if (target.entries.length > maxEntries) {
        throw new WherryError(
          'too_large',
          `One address can name ${maxEntries} entries. Put them into a folder.`,
        )
      }
      const expiresAt = clock() + validMs
      const claims = new TextEncoder().encode(JSON.stringify({ ...target, expiresAt }))
      const token = await new CompactEncrypt(claims)
        .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
        .encrypt(key)
      return { url: `/d/${token}/${encodeURIComponent(fileName)}`, expiresAt }
    },
    open: async token => {
      const claims = await decrypt(token, key)
      if (claims === null || claims.expiresAt <= clock()) throw new WherryError('link_expired')
      const { expiresAt: _, ...target } = claims
      return target
    },
  }
}

const decrypt = async (token: string, key: Uint8Array): Promise<v.InferOutput<typeof payload> | null> => {
  try {
    const algorithms = { keyManagementAlgorithms: ['dir'], contentEncryptionAlgorithms: ['A256GCM'] }
    const { plaintext } = await compactDecrypt(token, key, algorithms)
    const parsed = v.safeParse(payload, JSON.parse(new TextDecoder().decode(plaintext)))
    return parsed.success ? parsed.output : null
  } catch {
    // Whatever is wrong with a token, it opens nothing.
    return null
  }
}
