import { includesLevel } from '../../protocol/levels.ts'
import type { Commit, Entries } from '../../storage/storage.ts'
import { foldersAbove } from '../folders-below.ts'
import { inSlices } from '../slices.ts'
import { throttle } from './throttle.ts'
import type { Watches } from './watches.ts'

/** Tells those who administer a watched folder that grants on it, in it or above it are others. */
export type AccessEdits = {
  /** Grants on or above a watched folder changed. */
  ring(folder: string): void
  /** Rings the watched folders above entries on which grants changed. */
  ringAbove(grants: Commit['grants']): Promise<void>
  stop(): void
}

export type AccessEditsParts = {
  entries: Pick<Entries, 'above'>
  watches: Pick<Watches, 'folder' | 'foldersOf'>
  /** Runs it when the level of each watch of the folder is the one that holds. */
  whenAllowed(folder: string, run: () => void): void
}

const editedMs = 200

export const createAccessEdits = ({ entries, watches, whenAllowed }: AccessEditsParts): AccessEdits => {
  // It names what is watched and no more: who administers that alone may not see what is above it.
  const tell = (folder: string): void => {
    for (const { connection, level } of watches.folder(folder)?.watches.values() ?? [])
      if (includesLevel(level, 'admin')) connection.notify('access.edited', { folder })
  }
  const edits = throttle(editedMs, folder => whenAllowed(folder, () => tell(folder)))

  return {
    ring: edits.ring,
    ringAbove: async grants => {
      const watched = grants.filter(({ space }) => watches.foldersOf(space).size > 0)
      const ids = [...new Set(watched.map(({ entry }) => entry))]
      for (const folder of await foldersAbove(entries, ids, inSlices()))
        if (watches.folder(folder) !== undefined) edits.ring(folder)
    },
    stop: edits.stop,
  }
}
