import { WherryError } from '../../../protocol/errors.ts'
import type { HubClient, TransferLink } from '../../core/api.ts'
import type { PeerFile } from '../../core/peer/api.ts'
import { createUploadQueue } from '../../core/upload/upload-queue.ts'
import type { KeptWhole } from '../peer/kept-store.ts'
import { zipName } from '../peer/safe-names.ts'
import { blobSource } from '../uploads/blob-source.ts'

const ownRoot = async (client: HubClient): Promise<string> => {
  const { spaces } = await client.call('space.list', {})
  const own = spaces.find(({ kind, owner }) => kind === 'personal' && owner?.id === client.user?.id)
  if (!own) throw new WherryError('not_found')
  return own.root
}

/** Uploads what arrived into the own space of whoever is signed in, beside what is there, but for what is in `saved`, to which it adds. Throws the first failure. */
export const saveToSpace = async (
  client: HubClient & TransferLink,
  whole: readonly KeptWhole[],
  folders: readonly PeerFile[],
  saved: Set<PeerFile>,
  onSaved: (files: number) => void,
): Promise<void> => {
  const folder = await ownRoot(client)
  const queue = createUploadQueue({ link: client })
  const before = saved.size
  const missing = whole.filter(({ file }) => !saved.has(file))
  const stop = queue.onChange(() => onSaved(before + queue.totals.doneFiles))
  try {
    const paths = folders.map(({ path }) => path.map(zipName))
    if (paths.length > 0) await queue.makeFolders(folder, paths)
    queue.add(
      missing.map(({ file: { path, modifiedAt }, content }) => {
        const names = path.map(zipName)
        const name = names.at(-1) ?? ''
        // In the browser's own place it has another name and date.
        const source = { ...blobSource(content), name, modifiedAt }
        return { source, folder, path: names.slice(0, -1), name, onClash: 'keepBoth' }
      }),
    )
    await queue.whenIdle()
    for (const [i, { file }] of missing.entries()) if (queue.items[i]?.state === 'done') saved.add(file)
    const failed = queue.items.find(({ state }) => state === 'failed')
    if (failed) throw failed.error ?? new WherryError('internal')
  } finally {
    stop()
    queue.close()
  }
}
