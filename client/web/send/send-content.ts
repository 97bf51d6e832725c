import type { PeerFile, PeerSource } from '../../core/peer/api.ts'
import { blobPeerSource, folderPeerSource } from '../peer/blob-peer-source.ts'
import type { Chosen } from '../uploads/chosen-files.ts'
import { askReadPermission, readPermission, reopenFile } from '../uploads/remembered-files.ts'
import type { RememberedFile } from './remembered-sends.ts'

/** A file of a send, and its bytes as far as the browser lets us read them. */
export type SentFile = RememberedFile & { file: File | null }

/** What is sent: files, folders without files, a text. */
export type SendContent = { files: SentFile[]; folders: string[][]; text: string | null }

/** `locked`: one click lets the browser read the files again. `missing`: they have to be chosen again. */
export type Readiness = 'ready' | 'locked' | 'missing'

export const contentOf = ({ files, emptyFolders }: Chosen, text: string | null): SendContent => ({
  files: files.map(({ file, handle, path }) => ({
    ...{ path, name: file.name, size: file.size, modifiedAt: file.lastModified },
    ...{ handle, file },
  })),
  folders: emptyFolders,
  text,
})

export const peerFilesOf = ({ files, folders }: SendContent): PeerFile[] => [
  ...files.map(({ path, name, size, modifiedAt }) => ({
    ...{ path: [...path, name], kind: 'file' as const },
    ...{ size, modifiedAt },
  })),
  ...folders.map(path => ({ path, kind: 'folder' as const, size: 0, modifiedAt: 0 })),
]

/** A receiver's own readers of all that is sent; null while some of it cannot be read. */
export const sourcesOf = ({ files, folders }: SendContent): PeerSource[] | null => {
  const sources: PeerSource[] = []
  for (const { file, path } of files) {
    if (!file) return null
    sources.push(blobPeerSource(file, path))
  }
  return [...sources, ...folders.map(folderPeerSource)]
}

const isSame = (file: File, { name, size, modifiedAt }: RememberedFile): boolean =>
  file.name === name && file.size === size && file.lastModified === modifiedAt

const reopen = async (remembered: SentFile): Promise<File | null> => {
  const { handle, path, name } = remembered
  if (!handle) return null
  try {
    const file = await reopenFile({ handle, path, name })
    return isSame(file, remembered) ? file : null
  } catch {
    return null
  }
}

/** Opens what the browser lets us read again after a reload; with `ask`, only from a click, the person is asked. */
export const reopenAll = async (files: readonly SentFile[], ask = false): Promise<Readiness> => {
  let isLocked = false
  const known = new Map<FileSystemHandle, PermissionState>()
  for (const one of files) {
    if (one.file || !one.handle) continue
    const permission = known.get(one.handle) ?? (await (ask ? askReadPermission : readPermission)(one.handle))
    known.set(one.handle, permission)
    if (permission === 'granted') one.file = await reopen(one)
    else if (permission === 'prompt') isLocked = true
  }
  if (files.every(({ file }) => file !== null)) return 'ready'
  return isLocked ? 'locked' : 'missing'
}

/** Takes the files that are missing from those that were chosen again: by path, name, size and date. */
export const attach = (files: readonly SentFile[], chosen: Chosen): Readiness => {
  const keyOf = (path: readonly string[], name: string) => JSON.stringify([...path, name])
  const found = new Map(chosen.files.map(one => [keyOf(one.path, one.file.name), one]))
  for (const one of files) {
    const again = found.get(keyOf(one.path, one.name))
    if (one.file || !again || !isSame(again.file, one)) continue
    one.file = again.file
    one.handle = again.handle
  }
  return files.every(({ file }) => file !== null) ? 'ready' : 'missing'
}
