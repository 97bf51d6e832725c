import { failUpload } from './upload-failed.ts'
import type { UploadRecord } from './upload-items.ts'
import type { UploadTools } from './upload-tools.ts'

/** All that waits for an answer about one folder. */
const askedAbout = ({ items }: UploadTools, { shown }: UploadRecord): UploadRecord[] =>
  items.pick().filter(record => {
    const { state, folder, takenFolder } = record.shown
    return state === 'clash' && folder === shown.folder && takenFolder === shown.takenFolder
  })

/** A file has the name of a folder: both are kept, the folder under another name, or nothing of it is uploaded. */
export const resolveTakenFolder = async (
  tools: UploadTools,
  first: UploadRecord,
  choice: 'keepBoth' | 'replace' | 'skip',
): Promise<void> => {
  const { items, folders } = tools
  const asked = askedAbout(tools, first)
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
    for (const record of stillQueued()) tools.requeue(record)
  } catch (error) {
    for (const record of stillQueued()) failUpload(tools, record, error)
  }
}
