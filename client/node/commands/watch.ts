import { WherryError } from '../../../protocol/errors.ts'
import type { Entry } from '../../../protocol/values.ts'
import { watchFolder } from '../../core/folder/live-folder.ts'
import { argument, type Command } from '../cli/command.ts'
import { tellLostHub } from '../cli/lost-hub.ts'
import { printable } from '../cli/output.ts'
import { needFolder } from '../cli/remote-path.ts'

const describe = (entry: Entry): string => {
  const by = entry.by ? ` (${printable(entry.by.name)})` : ''
  return `~ ${printable(entry.name)}${entry.kind === 'folder' ? '/' : ''}${by}`
}

/** What is read anew after the folder went to another space has other change numbers, and mostly nothing else. */
const isSame = (before: Entry, now: Entry): boolean =>
  before.name === now.name && before.version === now.version

export const watch: Command = {
  usage: 'watch SPACE:PATH',
  doc: 'Prints every change in a folder as it happens, until Ctrl+C; not in the folders below it. A lost connection loses no change.',
  takes: { min: 1, max: 1 },
  async run({ connect, output, signal }, args) {
    const client = await connect()
    const folder = await needFolder(client, argument(args, 0))
    const live = watchFolder(client, folder.id)
    const entries = new Map<string, Entry>()
    /** The first listing, of which nothing is printed, is over. */
    let isListed = false
    const stopTelling = tellLostHub(client, output)
    await new Promise<void>((resolve, reject) => {
      signal.addEventListener('abort', () => resolve())
      live.onChange(({ put, removed, live: isLive }) => {
        if (live.status === 'gone')
          return reject(
            new WherryError('not_found', 'The folder was deleted, or you may not see it any more.'),
          )
        for (const id of removed) {
          const name = entries.get(id)?.name
          entries.delete(id)
          if (isListed) output.event({ kind: 'removed', id, name }, `- ${printable(name ?? id)}`)
        }
        for (const entry of put) {
          const before = entries.get(entry.id)
          const isNew = before === undefined
          entries.set(entry.id, entry)
          if (isLive || (isListed && !(before && isSame(before, entry))))
            output.event(
              { kind: isNew ? 'added' : 'changed', entry },
              isNew ? describe(entry).replace('~', '+') : describe(entry),
            )
        }
        isListed ||= live.status === 'live'
      })
    }).finally(() => {
      stopTelling()
      live.close()
    })
  },
}
