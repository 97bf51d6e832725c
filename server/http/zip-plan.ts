import { createHash } from 'node:crypto'
import { WherryError } from '../../protocol/errors.ts'
import { nameKey, numberedName } from '../../protocol/names.ts'
import type { Entry } from '../../protocol/values.ts'
import type { Storage } from '../../storage/storage.ts'
import { readContent } from './content-reader.ts'
import { type Checksums, createZip, type Zip, type ZipSource } from './zip.ts'

/** The most files and folders in one archive: its plan is in memory. */
const maxMembers = 200_000

/**
 * An archive of entries with all that is in them. Its ETag changes with any name, date or content in it. `mayRead` is
 * asked when the bytes of a file are about to be read, which may be long after.
 */
export const planZip = async (
  storage: Pick<Storage, 'entries' | 'contents' | 'chunks'>,
  roots: readonly Entry[],
  checksums: Checksums,
  mayRead: (entry: string) => Promise<boolean>,
): Promise<Zip & { etag: string; modifiedAt: number }> => {
  const members: ZipSource[] = []
  const layout = createHash('sha256')
  const encoder = new TextEncoder()
  let modifiedAt = 0

  const add = (entry: Entry, path: string): void => {
    if (members.length >= maxMembers) throw new WherryError('too_large', 'That is too much for one archive.')
    const isFolder = entry.kind === 'folder'
    // A backslash separates folders on Windows: a name must not lead out of where it is unpacked.
    const name = `${path.replaceAll('\\', '_')}${isFolder ? '/' : ''}`
    const { size, modifiedAt: date, digest } = entry
    layout.update(`${JSON.stringify([name, size, digest, Math.floor(date / 1000)])}\n`)
    modifiedAt = Math.max(modifiedAt, date)
    members.push({
      name: encoder.encode(name),
      size: isFolder ? 0 : size,
      modifiedAt: date,
      isFolder,
      digest: digest ?? '',
      read: (start, end) => readEntry(storage, entry, mayRead, start, end),
    })
  }

  const isOnlyFolder = roots.length === 1 && roots[0]?.kind === 'folder'
  const taken = new Set<string>()
  for (const root of roots) {
    const name = freeName(taken, root.name || 'files')
    if (!isOnlyFolder || root.folder !== null) add(root, name)
    if (root.kind !== 'folder') continue
    const prefix = isOnlyFolder && root.folder === null ? '' : `${name}/`
    for await (const { entry, path } of storage.entries.walk(root.id)) add(entry, `${prefix}${path}`)
  }
  return { ...createZip(members, checksums), etag: `"zip-${layout.digest('hex')}"`, modifiedAt }
}

/** Entries of several folders can have one name. */
const freeName = (taken: Set<string>, name: string): string => {
  let free = name
  for (let n = 2; taken.has(nameKey(free)); n++) free = numberedName(name, n)
  taken.add(nameKey(free))
  return free
}

async function* readEntry(
  storage: Pick<Storage, 'contents' | 'chunks'>,
  entry: Entry,
  mayRead: (entry: string) => Promise<boolean>,
  start: number,
  end: number,
): ReturnType<typeof readContent> {
  const content = await storage.contents.ofEntry(entry.id, entry.version)
  if (content?.digest !== entry.digest || !(await mayRead(entry.id))) throw new WherryError('version_gone')
  yield* readContent(storage, content.content, start, end)
}
