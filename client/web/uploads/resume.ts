import type { UnfinishedUpload } from '../../../protocol/values.ts'
import type { UploadQueue, UploadRequest } from '../../core/api.ts'
import { blobSource } from './blob-source.ts'
import {
  type RememberedFiles,
  type RememberedUpload,
  readPermission,
  reopenFile,
} from './remembered-files.ts'

type Opened = { remembered: RememberedUpload; file: File }

/** Files opened at once, and put in line together. */
const batchFiles = 500
const batchesOf = <T>(list: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(list.length / batchFiles) }, (_, index) =>
    list.slice(index * batchFiles, (index + 1) * batchFiles),
  )

/** Null where it has changed or is gone. */
const reopen = async (remembered: RememberedUpload): Promise<Opened | null> => {
  try {
    const file = await reopenFile(remembered)
    const isSame = file.size === remembered.size && file.lastModified === remembered.modifiedAt
    return isSame ? { remembered, file } : null
  } catch {
    return null
  }
}

/** By its id alone: files of different folders may have the same name, size and date. */
const uploadOf = ({ id, upload = id }: RememberedUpload): string => upload

/** The unfinished uploads of the hub, by their ids. */
type OpenUploads = Map<string, UnfinishedUpload>

export type EarlierWork = {
  queue: UploadQueue
  files: RememberedFiles
  user: string
  /** This tab, and whether another one still lives. */
  tab: string
  isOpen(tab: string): boolean
  unfinished: readonly UnfinishedUpload[]
  /** Told what has still to be put in line; where that is less than before, in the same turn as the queue. */
  returning(files: readonly RememberedUpload[]): void
}

/**
 * Puts what an earlier visit left undone back into the queue: with its bytes where the browser still lets us read them,
 * as `detached` where the person has to choose the file again. Answers how many files wait for a click, and whether
 * something is under way in another tab or on another device.
 */
export const resumeEarlier = async (work: EarlierWork): Promise<{ locked: number; elsewhere: boolean }> => {
  const { queue } = work
  const remembered = await work.files.of(work.user)
  const own = new Set(queue.items.flatMap(({ id, upload }) => [id, upload]))
  const open = new Map(work.unfinished.filter(({ id }) => !own.has(id)).map(upload => [upload.id, upload]))
  const isElsewhere = ({ tab }: RememberedUpload) => tab !== work.tab && work.isOpen(tab)
  const earlier = Map.groupBy(
    remembered.filter(({ id }) => !own.has(id)),
    one => (isElsewhere(one) ? 'elsewhere' : 'here'),
  )
  const { readable, locked } = await byPermission(earlier.get('here') ?? [])
  for (const one of [...locked, ...(earlier.get('elsewhere') ?? [])]) open.delete(uploadOf(one))
  await putAllBack(work, open, readable)
  const left = [...open.values()]
  for (const upload of left) if (!upload.bound) queue.adopt(upload, null)
  return { locked: locked.length, elsewhere: left.some(upload => upload.bound) }
}

const byPermission = async (remembered: readonly RememberedUpload[]) => {
  const readable: RememberedUpload[] = []
  const locked: RememberedUpload[] = []
  for (const batch of batchesOf(remembered)) {
    const permissions = await Promise.all(batch.map(({ handle }) => readPermission(handle)))
    for (const [index, one] of batch.entries())
      (permissions[index] === 'granted' ? readable : locked).push(one)
  }
  return { readable, locked }
}

const putAllBack = async (work: EarlierWork, open: OpenUploads, remembered: readonly RememberedUpload[]) => {
  let left = remembered
  if (left.length > 0) work.returning(left)
  for (const batch of batchesOf(remembered)) {
    const opened = await Promise.all(batch.map(reopen))
    left = left.slice(batch.length)
    work.returning(left)
    const back = putBack(
      work,
      open,
      opened.filter(one => one !== null),
    )
    await work.files.add(
      back,
      batch.map(({ id }) => id),
    )
  }
}

/** Puts files in line, each with its own upload; answers what is to be remembered of them from now on. */
const putBack = (
  { queue, tab }: EarlierWork,
  open: OpenUploads,
  opened: readonly Opened[],
): RememberedUpload[] => {
  const back: RememberedUpload[] = []
  const fresh: Opened[] = []
  const keep = ({ remembered }: Opened, id: string) => back.push({ ...remembered, id, upload: id, tab })
  for (const one of opened) {
    const upload = open.get(uploadOf(one.remembered))
    if (upload) keep(one, queue.adopt(upload, blobSource(one.file)))
    else fresh.push(one)
    if (upload) open.delete(upload.id)
  }
  for (const [index, id] of queue.add(fresh.map(requestOf)).entries()) {
    const one = fresh[index]
    if (one) keep(one, id)
  }
  // Before their first turn: nothing of them is sent.
  queue.pause(back.filter(({ paused }) => paused).map(({ id }) => id))
  return back
}

const requestOf = ({ remembered: { folder, path, name }, file }: Opened): UploadRequest => ({
  source: blobSource(file),
  folder,
  path,
  name,
  onClash: 'ask',
})
