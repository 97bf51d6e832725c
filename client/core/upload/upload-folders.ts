import { isReason, WherryError } from '../../../protocol/errors.ts'
import type { Entry } from '../../../protocol/values.ts'
import type { TransferLink } from '../api.ts'
import { isGone } from '../is-gone.ts'

/** A file has the name of a folder on the way: its path is told with the error. */
const asTaken = (error: unknown, path: readonly string[]): unknown => {
  if (!isReason(error, 'name_taken')) return error
  return new WherryError('name_taken', error.message, { ...error.details, path: path.join('/') })
}

/** Folders on the way to uploads: made once, whoever asks first. */
export const createUploadFolders = (link: TransferLink) => {
  const made = new Map<string, Promise<string>>()
  /** Nothing was in them but what comes with these uploads. */
  const fresh = new Set<string>()
  /** Questions that are under way. */
  const asked = new Map<string, Promise<boolean>>()
  const places = new Map<string, Promise<{ space: string; path: string[] } | null>>()

  const remember = <T>(memo: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> => {
    const known = memo.get(key)
    if (known) return known
    const making = make()
    memo.set(key, making)
    making.catch(() => memo.delete(key))
    return making
  }

  /** Where a folder is in its space; null if not all of the way is readable. */
  const placeOf = async (folder: string) => {
    const { entry, space, path } = await link.call('entry.get', { entry: folder })
    if (entry.id === space.root) return { space: space.id, path: [] }
    if (path[0]?.id !== space.root) return null
    return { space: space.id, path: [...path.slice(1).map(one => one.name), entry.name] }
  }

  const ensure = (folder: string, path: readonly string[]): Promise<string> => {
    const name = path[path.length - 1]
    if (name === undefined) return Promise.resolve(folder)
    return remember(made, [folder, ...path].join('/'), async () => {
      const parent = await ensure(folder, path.slice(0, -1))
      const { entry, created } = await link
        .call('folder.create', { folder: parent, name, onClash: 'reuse' })
        .catch(error => {
          throw asTaken(error, path)
        })
      if (created) fresh.add(entry.id)
      return entry.id
    })
  }

  return {
    /** Deleted, or not to be seen any more. */
    isGone: (folder: string): Promise<boolean> =>
      remember(asked, folder, () => isGone(link, folder).finally(() => asked.delete(folder))),
    /** The id of the folder at `path` below `folder`; what is missing on the way is made. */
    ensure,
    /** Makes a folder where its name is taken; answers the name that it has instead. */
    async makeAnother(folder: string, path: readonly string[]): Promise<string> {
      const parent = await ensure(folder, path.slice(0, -1))
      const name = path.at(-1) ?? ''
      const { entry } = await link.call('folder.create', { folder: parent, name, onClash: 'keepBoth' })
      return entry.name
    },
    /** Folders may have been deleted meanwhile: looks again the next time. */
    forget(): void {
      made.clear()
      fresh.clear()
    },
    /** True if nothing was in it before these uploads. */
    isNew: (folder: string): boolean => fresh.has(folder),
    /** It was empty when these uploads began: as good as made for them. */
    setNew: (folder: string): void => void fresh.add(folder),
    /** The entry of that name in a folder, or null if it cannot be seen. */
    async find(folder: string, name: string): Promise<Entry | null> {
      try {
        const place = await remember(places, folder, () => placeOf(folder))
        if (!place) return null
        const { entry } = await link.call('entry.resolve', {
          space: place.space,
          path: [...place.path, name],
        })
        return entry
      } catch {
        // It only says what the name clashes with; that it does is known.
        return null
      }
    },
  }
}

export type UploadFolders = ReturnType<typeof createUploadFolders>
