import { createHash } from 'node:crypto'
import { WherryError } from '../../protocol/errors.ts'
import { nameKey, numberedName } from '../../protocol/names.ts'
import type { Entry } from '../../protocol/values.ts'
import type { Storage } from '../../storage/storage.ts'
import type { Walk } from '../walks.ts'
import { createZipLayout, type ZipLayout } from './zip-layout.ts'

/** The most files and folders in one archive. */
const maxMembers = 200_000

/** What an archive is made from. Its ETag changes with any name, date or content in it. */
export type ZipPlan = { layout: ZipLayout; etag: string; modifiedAt: number }

type Asked = {
  user: string
  roots: readonly Entry[]
  /** Called before memory is taken; may throw. */
  take: (bytes: number) => void
  /** Nobody waits for it any more: it is given up with `link_expired`. */
  isOver: () => boolean
}

export type ZipPlanner = (asked: Asked) => Promise<ZipPlan>

/** Plans archives of entries with all that is in them. */
export const createZipPlanner =
  (entries: Pick<Storage['entries'], 'walk'>, walk: Walk): ZipPlanner =>
  async ({ user, roots, take, isOver }) => {
    const begun = beginPlan(take)
    await walk(user, membersOf(entries, roots), ({ entry, path }) => {
      if (isOver()) throw new WherryError('link_expired')
      begun.add(entry, path)
    })
    return begun.end()
  }

const beginPlan = (take: Asked['take']) => {
  const layout = createZipLayout(take)
  const hash = createHash('sha256')
  /** The folders that the last member is in or is, outermost first. */
  const folders: { id: string; place: number }[] = []
  let newest = 0
  return {
    add(entry: Entry, wanted: string): void {
      if (layout.members >= maxMembers)
        throw new WherryError('too_large', 'That is too much for one archive.')
      const { size, modifiedAt, digest, version } = entry
      // A backslash separates folders on Windows: a name must not lead out of where it is unpacked.
      const path = wanted.replaceAll('\\', '_')
      const nameAt = path.lastIndexOf('/') + 1
      const name = entry.kind === 'folder' ? `${path}/` : path
      hash.update(`${JSON.stringify([name, size, digest, Math.floor(modifiedAt / 1000)])}\n`)
      newest = Math.max(newest, modifiedAt)
      if (nameAt === 0) folders.length = 0
      while (folders.length > 0 && folders.at(-1)?.id !== entry.folder) folders.pop()
      const file = digest === null || version === null ? null : { entry: entry.id, version, digest }
      const member = { name: path.slice(nameAt), size, modifiedAt, file }
      const place = layout.add(member, folders.at(-1)?.place ?? null)
      if (file === null) folders.push({ id: entry.id, place })
    },
    end: (): ZipPlan => ({ layout, etag: `"zip-${hash.digest('hex')}"`, modifiedAt: newest }),
  }
}

/** The entries and all that is in them, each with its path in the archive. */
async function* membersOf(
  entries: Pick<Storage['entries'], 'walk'>,
  roots: readonly Entry[],
): AsyncGenerator<{ entry: Entry; path: string }> {
  const isOnlyFolder = roots.length === 1 && roots[0]?.kind === 'folder'
  const taken = new Set<string>()
  for (const root of roots) {
    const name = freeName(taken, root.name || 'files')
    if (!isOnlyFolder || root.folder !== null) yield { entry: root, path: name }
    if (root.kind !== 'folder') continue
    const prefix = isOnlyFolder && root.folder === null ? '' : `${name}/`
    for await (const { entry, path } of entries.walk(root.id)) yield { entry, path: `${prefix}${path}` }
  }
}

/** Entries of several folders can have one name. */
const freeName = (taken: Set<string>, name: string): string => {
  let free = name
  for (let n = 2; taken.has(nameKey(free)); n++) free = numberedName(name, n)
  taken.add(nameKey(free))
  return free
}
