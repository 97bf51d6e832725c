import { isReason } from '../../../protocol/errors.ts'
import { failUpload } from './upload-failed.ts'
import type { UploadRecord } from './upload-items.ts'
import type { UploadTools } from './upload-tools.ts'

/** All that waits for an answer about one folder. */
const askedAbout = ({ items }: UploadTools, { shown }: UploadRecord): UploadRecord[] =>
  items.pick().filter(record => {
    const { state, folder, takenFolder } = record.shown
    return state === 'clash' && folder === shown.folder && takenFolder === shown.takenFolder
  })

/** Below a name that is taken people are asked about this file, or will be; `place` ends with "/". */
const isAskedBelow = ({ shown, onClash }: UploadRecord, place: string): boolean =>
  onClash === 'ask' && shown.state !== 'cancelled' && `${shown.folder}/${shown.path}/`.startsWith(place)

/** Nobody is asked any more where all files were cancelled. */
export const forgetHeldFolders = ({ items, heldFolders }: UploadTools): void => {
  for (const place of heldFolders.keys())
    if (!items.pick().some(record => isAskedBelow(record, place))) heldFolders.delete(place)
}

/** Makes a folder that came without files; below a name that people are asked about, once they have answered. */
export const makeEmptyFolder = async (
  { items, folders, heldFolders }: UploadTools,
  folder: string,
  path: readonly string[],
): Promise<void> => {
  try {
    await folders.ensure(folder, path)
  } catch (error) {
    const place = isReason(error, 'name_taken') ? `${folder}/${error.details.path}/` : null
    if (place === null || !items.pick().some(record => isAskedBelow(record, place))) throw error
    heldFolders.set(place, [...(heldFolders.get(place) ?? []), path])
  }
}

/** A file has the name of a folder: both are kept, the folder under another name, or nothing of it is uploaded. */
export const resolveTakenFolder = async (
  tools: UploadTools,
  first: UploadRecord,
  choice: 'keepBoth' | 'replace' | 'skip',
): Promise<void> => {
  const { items, folders, heldFolders } = tools
  const asked = askedAbout(tools, first)
  const place = `${first.shown.folder}/${first.shown.takenFolder}/`
  const held = heldFolders.get(place) ?? []
  heldFolders.delete(place)
  const taken = (first.shown.takenFolder ?? '').split('/')
  const state = choice === 'skip' ? 'cancelled' : 'queued'
  for (const record of asked) items.update(record, { state, entry: null, takenFolder: null })
  if (choice === 'skip') return
  // Somebody may have paused or cancelled it meanwhile.
  const stillQueued = () => asked.filter(({ shown }) => shown.state === 'queued')
  try {
    const name = await folders.makeAnother(first.shown.folder, taken)
    for (const record of asked) {
      record.path = record.path.with(taken.length - 1, name)
      items.update(record, { path: record.path.join('/') })
    }
    for (const path of held) await folders.ensure(first.shown.folder, path.with(taken.length - 1, name))
    for (const record of stillQueued()) tools.requeue(record)
  } catch (error) {
    for (const record of stillQueued()) failUpload(tools, record, error)
  }
}
