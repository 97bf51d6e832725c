import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { openStorage, type StorageOptions } from '../../storage/open-storage.ts'
import type { Actor, SmallFile, Storage } from '../../storage/storage.ts'

/** A directory that is gone when the test is over. */
export const temporaryDirectory = (): string => {
  const directory = mkdtempSync(join(tmpdir(), 'wherry-storage-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

/** A storage on real files that is closed when the test is over. */
export const openTemporary = async (options: Partial<StorageOptions> = {}): Promise<Storage> => {
  const storage = await openStorage({ directory: options.directory ?? temporaryDirectory(), ...options })
  onTestFinished(() => storage.close())
  return storage
}

/** A storage with an administrator, whose actor and root folder come with it. */
export const withAda = async (
  quotaBytes: number | null = null,
  options: Partial<StorageOptions> = {},
): Promise<{ storage: Storage; ada: string; actor: Actor; root: string; space: string }> => {
  const storage = await openTemporary(options)
  const user = await storage.users.setUp({ ...person('Ada'), quotaBytes })
  const [space] = await storage.spaces.visibleTo(user.id)
  if (space === undefined) throw new Error('The administrator has no space.')
  return {
    storage,
    ada: user.id,
    actor: { user: user.id, requestId: null },
    root: space.root,
    space: space.id,
  }
}

export const person = (name: string) => ({
  email: `${name.toLowerCase()}@example.org`,
  name,
  passwordHash: 'hash',
  role: 'member' as const,
  quotaBytes: null,
})

export const newId = (): string =>
  Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('base64url')

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** Files without bytes, by numbers. */
export const emptyFiles = (count: number): SmallFile[] =>
  Array.from({ length: count }, (_, i) => ({
    name: `${i}`,
    hash: sha256(new Uint8Array()),
    size: 0,
    type: 'text/plain',
    modifiedAt: 1_000,
    onClash: 'fail',
  }))

/** Stores a chunk of an unfinished upload. */
export const putChunk = (storage: Storage, upload: string, index: number, bytes: Uint8Array): Promise<void> =>
  storage.chunks.put(sha256(bytes), bytes, { upload, index })

/** Spoils all bytes that are stored in a data directory. */
export const spoilChunks = (directory: string): void => {
  const segments = join(directory, 'chunks')
  for (const name of readdirSync(segments).filter(name => name.endsWith('.seg')))
    writeFileSync(join(segments, name), readFileSync(join(segments, name)).fill(0))
}

/** Uploads a file of the given chunks as one does it over the wire; answers its entry. */
export const upload = async (
  storage: Storage,
  user: string,
  folder: string,
  name: string,
  chunks: readonly Uint8Array[],
  onClash: 'fail' | 'keepBoth' | 'replace' = 'fail',
  modifiedAt = 1_000,
) => {
  const id = newId()
  const refs = chunks.map(bytes => ({ hash: sha256(bytes), size: bytes.length }))
  const size = refs.reduce((sum, ref) => sum + ref.size, 0)
  const actor = { user, requestId: null }
  await storage.uploads.open(actor, { id, folder, name, size, modifiedAt, onClash })
  const missing = refs.length === 0 ? [] : await storage.uploads.declare(actor, id, 0, refs)
  for (const index of missing) await putChunk(storage, id, index, chunks[index] ?? new Uint8Array())
  return { id, missing, ...(await storage.uploads.commit(actor, id, 'text/plain')) }
}

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
