import { ArgumentsError, argument, type Command } from '../cli/command.ts'
import { columns, formatBytes, formatDate, printable } from '../cli/output.ts'

export const uploads: Command = {
  usage: 'uploads [cancel ID...]',
  doc: 'Lists your unfinished uploads from all devices, or ends some. `put` continues them with the same file.',
  takes: { min: 0, max: Number.POSITIVE_INFINITY },
  async run({ connect, output }, args) {
    const client = await connect()
    if (args[0] === 'cancel') {
      argument(args, 1)
      for (const upload of args.slice(1)) await client.call('upload.cancel', { upload })
      output.result({ cancelled: args.slice(1) }, [])
      return
    }
    if (args[0] !== undefined) throw new ArgumentsError(`unknown: ${args[0]}`)
    const { uploads: list } = await client.call('upload.list', {})
    const rows = list.map(one => [
      one.id,
      `${formatBytes(one.storedBytes)} of ${formatBytes(one.size)}`,
      `until ${formatDate(one.expiresAt)}`,
      printable(one.name),
    ])
    output.result(list, columns(rows))
  },
}
