import type { Entry } from '../../../protocol/values.ts'
import type { HubClient } from '../../core/api.ts'
import { folderPages } from '../../core/folder/folder-pages.ts'
import type { SendContent, SentFile } from './send-content.ts'
import { sendsOf } from './sends.ts'

const listAll = async (client: HubClient, folder: string): Promise<Entry[]> => {
  const all: Entry[] = []
  for await (const { entries } of folderPages(client, folder)) all.push(...entries)
  return all
}

const sentFile = (path: string[], { id, name, size, modifiedAt, version }: Entry): SentFile => ({
  ...{ path, name, size, modifiedAt, handle: null, file: null },
  entry: { id, version: version ?? '' },
})

const collect = async (
  client: HubClient,
  content: SendContent,
  path: string[],
  entries: readonly Entry[],
) => {
  for (const entry of entries) {
    if (entry.kind === 'file') content.files.push(sentFile(path, entry))
    else {
      const below = [...path, entry.name]
      const children = await listAll(client, entry.id)
      if (children.length === 0) content.folders.push(below)
      await collect(client, content, below, children)
    }
  }
}

/** Begins a direct send of what the hub has of these entries, folders with all that is in them. */
export const sendEntries = async (client: HubClient, entries: readonly Entry[]): Promise<void> => {
  const content: SendContent = { files: [], folders: [], text: null }
  await collect(client, content, [], entries)
  sendsOf(client)?.start(content)
}
