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

export const watch: Command = {
  usage: 'watch SPACE:PATH',
  doc: 'Prints every change in a folder as it happens, until Ctrl+C; not in the folders below it. A lost connection loses no change.',
  takes: { min: 1, max: 1 },
  async run({ connect, output, signal }, args) {
    const client = await connect()
    const folder = await needFolder(client, argument(args, 0))
    const live = watchFolder(client, folder.id)
    const names = new Map<string, string>()
    const stopTelling = tellLostHub(client, output)
    await new Promise<void>((resolve, reject) => {
      signal.addEventListener('abort', () => resolve())
      live.onChange(({ put, removed, live: isLive }) => {
        for (const id of removed) {
          const name = names.get(id)
          names.delete(id)
          if (isLive) output.event({ kind: 'removed', id, name }, `- ${printable(name ?? id)}`)
        }
        for (const entry of put) {
          const isNew = !names.has(entry.id)
          names.set(entry.id, entry.name)
          if (isLive)
            output.event(
              { kind: isNew ? 'added' : 'changed', entry },
              isNew ? describe(entry).replace('~', '+') : describe(entry),
            )
        }
        if (live.status === 'gone')
          reject(new WherryError('not_found', 'The folder was deleted, or you may not see it any more.'))
      })
    }).finally(() => {
      stopTelling()
      live.close()
    })
  },
}
