import type { UnfinishedUpload } from '../../../protocol/values.ts'
import type { UploadQueue } from '../../core/api.ts'
import { blobSource } from './blob-source.ts'
import { type RememberedFiles, type RememberedUpload, readPermission } from './remembered-files.ts'

/** Uploads that another device or tab moved within this time are taken to be running there. */
const elsewhereMs = 60_000

type Opened = { remembered: RememberedUpload; file: File }

const reopen = async (remembered: RememberedUpload): Promise<Opened | 'locked' | 'lost'> => {
  if ((await readPermission(remembered.handle)) !== 'granted') return 'locked'
  try {
    const file = await remembered.handle.getFile()
    const isSame = file.size === remembered.size && file.lastModified === remembered.modifiedAt
    return isSame ? { remembered, file } : 'lost'
  } catch {
    return 'lost'
  }
}

const belongsTo = (
  upload: UnfinishedUpload,
  { name, size, modifiedAt, folder, path }: RememberedUpload,
): boolean =>
  upload.name === name &&
  upload.size === size &&
  upload.modifiedAt === modifiedAt &&
  (path.length > 0 || upload.folder === folder)

/**
 * Puts what an earlier visit left undone back into the queue: with its bytes where the browser still lets us read them,
 * as `detached` where the person has to choose the file again. Answers how many files wait for a click.
 */
export const resumeEarlier = async (
  queue: UploadQueue,
  files: RememberedFiles,
  user: string,
  unfinished: readonly UnfinishedUpload[],
  now: number,
): Promise<{ locked: number }> => {
  const own = new Set(queue.items.map(item => item.id))
  const open = new Map(unfinished.filter(upload => !own.has(upload.id)).map(upload => [upload.id, upload]))
  let locked = 0
  for (const remembered of await files.of(user)) {
    if (own.has(remembered.id)) continue
    const upload = [...open.values()].find(one => belongsTo(one, remembered))
    const reopened = await reopen(remembered)
    if (reopened === 'locked') {
      locked++
      if (upload) open.delete(upload.id)
      continue
    }
    await files.remove([remembered.id])
    if (reopened === 'lost') continue
    if (upload) open.delete(upload.id)
    const id = requeue(queue, reopened, upload)
    if (id) await files.add([{ ...remembered, id }])
  }
  for (const upload of open.values()) if (now - upload.touchedAt > elsewhereMs) queue.adopt(upload, null)
  return { locked }
}

const requeue = (
  queue: UploadQueue,
  { remembered, file }: Opened,
  upload: UnfinishedUpload | undefined,
): string | undefined => {
  if (upload) return queue.adopt(upload, blobSource(file))
  const { folder, path, name } = remembered
  return queue.add([{ source: blobSource(file), folder, path, name, onClash: 'ask' }])[0]
}
