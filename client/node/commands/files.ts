import type { Entry } from '../../../protocol/values.ts'
import type { HubClient } from '../../core/api.ts'
import { moveEntries } from '../../core/move-entries.ts'
import { argument, type Command, UsageError } from '../cli/command.ts'
import { columns, countOfFiles, formatBytes, formatDate, printable } from '../cli/output.ts'
import {
  findDestination,
  findSpace,
  listFolder,
  makeFolders,
  needEntry,
  parseRemotePath,
} from '../cli/remote-path.ts'

const entryRow = (entry: Entry): string[] => [
  entry.kind === 'folder' ? '-' : formatBytes(entry.size),
  formatDate(entry.modifiedAt),
  printable(entry.name) + (entry.kind === 'folder' ? '/' : ''),
]

const listSpaces = async (client: HubClient) => {
  const value = await client.call('space.list', {})
  const { spaces, shared } = value
  const rows = spaces.map(space => [
    `${space.owner?.id === client.user?.id && space.kind === 'personal' ? 'me' : printable(space.name)}:`,
    space.level ?? '-',
    space.quotaBytes === null
      ? formatBytes(space.usedBytes)
      : `${formatBytes(space.usedBytes)} of ${formatBytes(space.quotaBytes)}`,
  ])
  const sharedRows = shared.map(one => [
    `${printable(one.spaceName)}:${one.path.map(printable).join('/')}`,
    one.level,
    'shared',
  ])
  return { value, lines: columns([...rows, ...sharedRows]) }
}

export const ls: Command = {
  usage: 'ls [SPACE:PATH]',
  doc: 'Lists a folder, or without a path the spaces and what is shared with you.',
  takes: { min: 0, max: 1 },
  async run({ connect, output }, args) {
    const client = await connect()
    if (args[0] === undefined) {
      const { value, lines } = await listSpaces(client)
      output.result(value, lines)
      if (value.more) output.note('There are more spaces or shared entries than fit into this list.')
      return
    }
    const entry = await needEntry(client, args[0])
    const entries = entry.kind === 'file' ? [entry] : await Array.fromAsync(listFolder(client, entry.id))
    output.result(entries, columns(entries.map(entryRow), [0]))
  },
}

const contentsOf = async (client: HubClient, { id, kind, size }: Entry) =>
  kind === 'file' ? { files: 1, folders: 0, bytes: size } : client.call('entry.sum', { entries: [id] })

export const du: Command = {
  usage: 'du SPACE:PATH...',
  doc: 'Tells how much is in folders, at any depth: bytes, files and folders.',
  takes: { min: 1, max: Number.POSITIVE_INFINITY },
  async run({ connect, output }, args) {
    const client = await connect()
    const sums: ({ path: string } & Awaited<ReturnType<typeof contentsOf>>)[] = []
    for (const path of args) sums.push({ path, ...(await contentsOf(client, await needEntry(client, path))) })
    const rows = sums.map(({ path, files, folders, bytes }) => [
      formatBytes(bytes),
      countOfFiles(files),
      `${folders} ${folders === 1 ? 'folder' : 'folders'}`,
      printable(path),
    ])
    output.result(sums, columns(rows, [0, 1, 2]))
  },
}

export const mkdir: Command = {
  usage: 'mkdir SPACE:PATH...',
  doc: 'Makes folders, with those above them that are missing.',
  takes: { min: 1, max: Number.POSITIVE_INFINITY },
  async run({ connect, output }, args) {
    const client = await connect()
    const made: Entry[] = []
    for (const typed of args) {
      const path = parseRemotePath(typed)
      if (path.names.length === 0) throw new UsageError(`"${typed}" names no folder`)
      made.push(await makeFolders(client, await findSpace(client, path.space), path.names))
    }
    output.result(made, [])
  },
}

export const rm: Command = {
  usage: 'rm SPACE:PATH...',
  doc: 'Deletes files and folders with all that is in them, for ever.',
  takes: { min: 1, max: Number.POSITIVE_INFINITY },
  async run({ connect, output }, args) {
    const client = await connect()
    const entries = await Promise.all(args.map(typed => needEntry(client, typed)))
    const { removed } = await client.call('entry.delete', { entries: entries.map(entry => entry.id) })
    output.result({ removed }, [])
  },
}

/** How the end of a path spells the name of the folder there, by case or accents, if not as the folder itself. */
const otherSpelling = (target: string, folder: Entry): string | null => {
  const { names, trailingSlash } = parseRemotePath(target)
  const name = names.at(-1)
  return trailingSlash || name === undefined || name === folder.name ? null : name
}

type Placed = { entries: Entry[]; droppedGrants: number }

const rename = async (client: HubClient, { id }: Entry, name: string): Promise<Placed> => {
  const { entry } = await client.call('entry.rename', { entry: id, name })
  return { entries: [entry], droppedGrants: 0 }
}

const place = async (
  kind: 'move' | 'copy',
  client: HubClient,
  sources: string[],
  target: string,
  keepBoth: boolean,
): Promise<Placed> => {
  const entries = await Promise.all(sources.map(typed => needEntry(client, typed)))
  const { folder, name } = await findDestination(client, target, { needsFolder: sources.length > 1 })
  const [first] = entries
  const spelling = otherSpelling(target, folder)
  if (kind === 'move' && entries.length === 1 && first?.id === folder.id && spelling !== null)
    return rename(client, folder, spelling)
  if (kind === 'move' && name !== null && first?.folder === folder.id) return rename(client, first, name)
  const there = {
    entries: entries.map(entry => entry.id),
    folder: folder.id,
    onClash: keepBoth ? 'keepBoth' : 'fail',
    ...(name !== null && { name }),
  } as const
  if (kind === 'move') return moveEntries(client, there)
  return { ...(await client.call('entry.copy', there)), droppedGrants: 0 }
}

const droppedNote = (dropped: number): string =>
  dropped === 1
    ? 'What was granted there was taken back (1 grant), and moving it back does not give it again.'
    : `What was granted there was taken back (${dropped} grants), and moving it back does not give it again.`

const placing = (kind: 'move' | 'copy', usage: string, doc: string): Command => ({
  usage,
  doc,
  options: { 'keep-both': { type: 'boolean' } },
  takes: { min: 2, max: Number.POSITIVE_INFINITY },
  async run({ connect, output }, args, options) {
    const client = await connect()
    const target = argument(args, args.length - 1)
    const placed = await place(kind, client, args.slice(0, -1), target, options['keep-both'] === true)
    output.result(placed.entries, [])
    if (placed.droppedGrants > 0) output.problem(droppedNote(placed.droppedGrants))
  },
})

export const mv = placing(
  'move',
  'mv SPACE:PATH... SPACE:PATH [--keep-both]',
  'Moves or renames. Access given to others moves along only into folders that you are an administrator of.',
)
export const cp = placing(
  'copy',
  'cp SPACE:PATH... SPACE:PATH [--keep-both]',
  'Copies on the hub; no bytes travel.',
)

export const url: Command = {
  usage: 'url SPACE:PATH...',
  doc: 'Prints a signed address from which any HTTP client gets the file as it is now, or a zip of folders; it ends with this session.',
  takes: { min: 1, max: Number.POSITIVE_INFINITY },
  async run({ connect, hub, output }, args) {
    const client = await connect()
    const entries = await Promise.all(args.map(typed => needEntry(client, typed)))
    const signed = await client.call('download.url', { entries: entries.map(entry => entry.id) })
    const address = new URL(signed.url, await hub()).href
    output.result({ url: address, expiresAt: signed.expiresAt }, [address])
  },
}
