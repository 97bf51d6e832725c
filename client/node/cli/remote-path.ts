import { isReason, WherryError } from '../../../protocol/errors.ts'
import { nameKey, nameProblem } from '../../../protocol/names.ts'
import type { Entry } from '../../../protocol/values.ts'
import type { HubClient } from '../../core/api.ts'
import { folderPages } from '../../core/folder/folder-pages.ts'
import { UsageError } from './command.ts'

/** `space:path` as typed: `me:isos/debian.iso`. `me` is the own space. */
export type RemotePath = { space: string; names: readonly string[]; trailingSlash: boolean }

export const parseRemotePath = (typed: string): RemotePath => {
  const colon = typed.indexOf(':')
  if (colon <= 0)
    throw new UsageError(`"${typed}" is not a remote path; write it as space:path, for example me:photos`)
  const rest = typed.slice(colon + 1)
  const names = rest.split('/').filter(name => name !== '' && name !== '.')
  for (const name of names) {
    const problem = nameProblem(name)
    if (problem) throw new UsageError(`"${typed}": ${problem}`)
  }
  return { space: typed.slice(0, colon), names, trailingSlash: rest === '' || rest.endsWith('/') }
}

/** The space's id. Spaces of which only a part is shared with the caller count too. */
export const findSpace = async (client: HubClient, name: string): Promise<string> => {
  let { spaces, shared, more } = await client.call('space.list', {})
  if (name === 'me') {
    const own = spaces.find(space => space.kind === 'personal' && space.owner?.id === client.user?.id)
    if (own) return own.id
  }
  if (more) ({ spaces, shared } = await client.call('space.list', { name }))
  const found = new Set<string>()
  for (const space of spaces) if (nameKey(space.name) === nameKey(name)) found.add(space.id)
  for (const one of shared) if (nameKey(one.spaceName) === nameKey(name)) found.add(one.entry.space)
  const [id, other] = found
  if (id === undefined)
    throw new WherryError('not_found', `There is no space "${name}". \`wherry ls\` lists them.`)
  if (other !== undefined) throw new WherryError('conflict', `More than one space is called "${name}".`)
  return id
}

/** The entry at a path, or null if there is none that the caller may read. */
export const findEntry = async (client: HubClient, path: RemotePath): Promise<Entry | null> => {
  const space = await findSpace(client, path.space)
  try {
    return (await client.call('entry.resolve', { space, path: [...path.names] })).entry
  } catch (error) {
    if (isReason(error, 'not_found')) return null
    throw error
  }
}

export const needEntry = async (client: HubClient, typed: string): Promise<Entry> => {
  const entry = await findEntry(client, parseRemotePath(typed))
  if (!entry) throw new WherryError('not_found', `There is no "${typed}", or you may not see it.`)
  return entry
}

/** The folder at that path of a space, made with those above it where they are missing. */
export const makeFolders = async (
  client: HubClient,
  space: string,
  names: readonly string[],
): Promise<Entry> => {
  let depth = names.length
  let folder: Entry | null = null
  while (folder === null) {
    folder = await client
      .call('entry.resolve', { space, path: names.slice(0, depth) })
      .then(found => found.entry)
      .catch(error => {
        if (depth > 0 && isReason(error, 'not_found')) return null
        throw error
      })
    if (folder === null) depth--
  }
  for (const name of names.slice(depth)) {
    const created: { entry: Entry } = await client.call('folder.create', {
      folder: folder.id,
      name,
      onClash: 'reuse',
    })
    folder = created.entry
  }
  if (folder.kind !== 'folder') throw new WherryError('not_a_folder')
  return folder
}

const fileInstead = (typed: string): WherryError =>
  new WherryError('not_a_folder', `"${typed}" is a file, not a folder.`)

export const needFolder = async (client: HubClient, typed: string): Promise<Entry> => {
  const entry = await needEntry(client, typed)
  if (entry.kind !== 'folder') throw fileInstead(typed)
  return entry
}

/** Where something new goes: an existing folder, with the last name if that does not exist yet. */
export type Destination = { folder: Entry; name: string | null }

/** Text as a shell takes it for one word. */
const shellWord = (text: string): string =>
  /^[\w:./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`

const missingFolder = (typed: string): WherryError =>
  new WherryError(
    'not_found',
    `There is no folder "${typed}": \`wherry mkdir ${shellWord(typed)}\` makes it.`,
  )

type DestinationNeeds = {
  /** There is more than one thing, or a whole folder. */
  needsFolder: boolean
  /** A path that ends with a slash is made where it is missing. */
  makesFolder?: boolean
}

/**
 * As `cp` reads its last argument: an existing folder takes things under their own names; otherwise the last name is the
 * new one, in its folder, which has to exist.
 */
export const findDestination = async (
  client: HubClient,
  typed: string,
  { needsFolder, makesFolder = false }: DestinationNeeds,
): Promise<Destination> => {
  const path = parseRemotePath(typed)
  const entry = await findEntry(client, path)
  if (entry?.kind === 'folder') return { folder: entry, name: null }
  if (entry === null && path.trailingSlash && makesFolder)
    return { folder: await makeFolders(client, await findSpace(client, path.space), path.names), name: null }
  const above = path.names.slice(0, -1)
  const name = path.names.at(-1)
  if (needsFolder || path.trailingSlash || name === undefined)
    throw entry ? fileInstead(typed) : missingFolder(typed)
  const folder = await findEntry(client, { ...path, names: above })
  if (!folder) throw missingFolder(`${path.space}:${above.join('/')}`)
  return { folder, name }
}

/** All entries of a folder, page by page, in name order. */
export async function* listFolder(client: HubClient, folder: string): AsyncGenerator<Entry> {
  for await (const { entries } of folderPages(client, folder)) yield* entries
}
