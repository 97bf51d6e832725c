import type { DBSchema } from 'idb'
import { commitAtOnce, database } from '../database.ts'

/** A file whose upload began in this browser, so that it can go on after a reload or a crash. */
export type RememberedUpload = {
  /** Of the upload item, made anew each time it is queued. */
  id: string
  user: string
  /** Its id on the hub, where that is not `id`. Absent in records of earlier versions of this page, too. */
  upload?: string
  /** The tab (or its worker) that is at it; its lock says whether it still lives. */
  tab: string
  folder: string
  path: string[]
  name: string
  size: number
  modifiedAt: number
  /** It waits for the person, also after a reload. Absent in records of earlier versions of this page. */
  paused?: boolean
  /** Of the file, or of the outermost folder of `path`. */
  handle: FileSystemHandle
}

/** What may become of an upload while it is remembered. */
export type RememberedChange = Required<Pick<RememberedUpload, 'id' | 'upload' | 'paused'>>

interface Schema extends DBSchema {
  uploads: { key: string; value: RememberedUpload; indexes: { user: string } }
}

export type RememberedFiles = {
  /** In one effect, in the place of others. */
  add(uploads: readonly RememberedUpload[], insteadOf?: readonly string[]): Promise<void>
  /** Ids of what is not remembered are passed over. */
  change(changes: readonly RememberedChange[]): Promise<void>
  remove(ids: readonly string[]): Promise<void>
  of(user: string): Promise<RememberedUpload[]>
}

const open = database<Schema>('wherry-uploads', made => {
  made.createObjectStore('uploads', { keyPath: 'id' }).createIndex('user', 'user')
})

const begin = async () => (await open()).transaction('uploads', 'readwrite', { durability: 'relaxed' })

/** Kept in IndexedDB, which is the only place that can keep file handles. */
export const rememberedFiles = (): RememberedFiles => ({
  async add(uploads, insteadOf = []) {
    const transaction = await begin()
    const { store } = transaction
    await commitAtOnce(transaction, [
      ...insteadOf.map(id => store.delete(id)),
      ...uploads.map(upload => store.put(upload)),
    ])
  },
  async change(changes) {
    const transaction = await begin()
    const { store } = transaction
    const known = await Promise.all(changes.map(({ id }) => store.get(id)))
    const writes = known.flatMap((upload, i) => (upload ? [store.put({ ...upload, ...changes[i] })] : []))
    await commitAtOnce(transaction, writes)
  },
  async remove(ids) {
    const transaction = await begin()
    await commitAtOnce(
      transaction,
      ids.map(id => transaction.store.delete(id)),
    )
  },
  of: async user => (await open()).getAllFromIndex('uploads', 'user', user),
})

/** Finds the file again; throws where it is gone. */
export const reopenFile = async ({
  handle,
  path,
  name,
}: Pick<RememberedUpload, 'handle' | 'path' | 'name'>): Promise<File> => {
  if (handle instanceof FileSystemFileHandle) return handle.getFile()
  let folder = handle as FileSystemDirectoryHandle
  for (const step of path.slice(1)) folder = await folder.getDirectoryHandle(step)
  return (await folder.getFileHandle(name)).getFile()
}

/** The permission to read a remembered file, as the browser tells it; Chromium alone has it. */
export const readPermission = async (handle: FileSystemHandle): Promise<PermissionState> => {
  if (!('queryPermission' in handle)) return 'denied'
  const { queryPermission } = handle as FileSystemHandle & {
    queryPermission(options: object): Promise<PermissionState>
  }
  return queryPermission.call(handle, { mode: 'read' })
}

/** Asks the person; only from a click. */
export const askReadPermission = async (handle: FileSystemHandle): Promise<PermissionState> => {
  if (!('requestPermission' in handle)) return 'denied'
  const { requestPermission } = handle as FileSystemHandle & {
    requestPermission(options: object): Promise<PermissionState>
  }
  return requestPermission.call(handle, { mode: 'read' })
}
