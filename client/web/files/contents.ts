import { msg, str } from '@lit/localize'
import { Task } from '@lit/task'
import type { ReactiveControllerHost } from 'lit'
import { limits } from '../../../protocol/limits.ts'
import type { Result } from '../../../protocol/table.ts'
import type { Entry } from '../../../protocol/values.ts'
import type { HubClient } from '../../core/api.ts'
import { formatBytes, formatCount } from '../text/format.ts'

export type Contents = Result<'entry.sum'>

export const foldersOf = (entries: readonly Entry[]): readonly Entry[] =>
  entries.filter(({ kind }) => kind === 'folder')

type Asked = {
  client: () => HubClient
  /** Of which what is in the folders is counted. */
  entries: () => readonly Entry[]
  /** How long these have to stay the same before the hub is asked, which has to look at each entry. */
  restMs: number
}

/** Has the hub count what is in folders; null where there are none, or more than one call takes. */
export const contentsTask = (
  host: ReactiveControllerHost,
  { client, entries, restMs }: Asked,
): Task<readonly [readonly string[]], Contents | null> =>
  new Task(host, {
    args: () => [foldersOf(entries()).map(({ id }) => id)] as const,
    argsEqual: ([was], [is]) => was?.join() === is?.join(),
    task: async ([folders], { signal }) => {
      if (folders.length === 0 || folders.length > limits.entriesBatch) return null
      await resting(restMs, signal)
      return client().call('entry.sum', { entries: [...folders] }, { signal })
    },
  })

const resting = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      reject(signal.reason)
    })
  })

/** `12 files, 3 folders`. */
export const filesAndFolders = ({ files, folders }: Contents): string => {
  const ofFiles = files === 1 ? msg('1 file') : msg(str`${formatCount(files)} files`)
  if (folders === 0) return ofFiles
  const ofFolders = folders === 1 ? msg('1 folder') : msg(str`${formatCount(folders)} folders`)
  return msg(str`${ofFiles}, ${ofFolders}`)
}

/** Entries and what is in them, as a sentence. */
export const inAll = (entries: readonly Entry[], contents: Contents): string => {
  const folders = foldersOf(entries).length
  const bytes = entries.reduce((sum, { size }) => sum + size, contents.bytes)
  const all = {
    files: contents.files + entries.length - folders,
    folders: contents.folders + folders,
    bytes,
  }
  return msg(str`In all ${filesAndFolders(all)}, ${formatBytes(bytes)}.`)
}
