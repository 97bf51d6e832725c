import type { UnfinishedUpload } from '../../../protocol/values.ts'
import type { UploadQueue } from '../../core/api.ts'
import { blobSource } from './blob-source.ts'
import {
  type RememberedFiles,
  type RememberedUpload,
  readPermission,
  reopenFile,
} from './remembered-files.ts'

type Opened = { remembered: RememberedUpload; file: File }

const reopen = async (remembered: RememberedUpload): Promise<Opened | 'locked' | 'lost'> => {
  if ((await readPermission(remembered.handle)) !== 'granted') return 'locked'
  try {
    const file = await reopenFile(remembered)
    const isSame = file.size === remembered.size && file.lastModified === remembered.modifiedAt
    return isSame ? { remembered, file } : 'lost'
  } catch {
    return 'lost'
  }
}

/** By its id alone: files of different folders may have the same name, size and date. */
const uploadOf = ({ id, upload = id }: RememberedUpload): string => upload

export type EarlierWork = {
  queue: UploadQueue
  files: RememberedFiles
  user: string
  /** This tab, and whether another one still lives. */
  tab: string
  isOpen(tab: string): boolean
  unfinished: readonly UnfinishedUpload[]
}

/**
 * Puts what an earlier visit left undone back into the queue: with its bytes where the browser still lets us read them,
 * as `detached` where the person has to choose the file again. Answers how many files wait for a click, and whether
 * something is under way in another tab or on another device.
 */
export const resumeEarlier = async (work: EarlierWork): Promise<{ locked: number; elsewhere: boolean }> => {
  const { queue, files, user, tab } = work
  const own = new Set(queue.items.flatMap(({ id, upload }) => [id, upload]))
  const open = new Map(work.unfinished.filter(({ id }) => !own.has(id)).map(upload => [upload.id, upload]))
  let locked = 0
  for (const remembered of await files.of(user)) {
    const upload = open.get(uploadOf(remembered))
    if (own.has(remembered.id)) continue
    if (remembered.tab !== tab && work.isOpen(remembered.tab)) {
      if (upload) open.delete(upload.id)
      continue
    }
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
    // Before its first turn: nothing of it is sent.
    if (id && remembered.paused) queue.pause([id])
    if (id) await files.add([{ ...remembered, id, upload: id, tab }])
  }
  const left = [...open.values()]
  for (const upload of left) if (!upload.bound) queue.adopt(upload, null)
  return { locked, elsewhere: left.some(upload => upload.bound) }
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
