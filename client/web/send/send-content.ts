import type { HubClient } from '../../core/api.ts'
import type { PeerFile, PeerSource } from '../../core/peer/api.ts'
import { blobPeerSource, folderPeerSource } from '../peer/blob-peer-source.ts'
import { hubPeerSource } from '../peer/hub-peer-source.ts'
import type { Chosen } from '../uploads/chosen-files.ts'
import { askReadPermission, readPermission, reopenFile } from '../uploads/remembered-files.ts'
import type { RememberedFile } from './remembered-sends.ts'

/** A file of a send, and its bytes as far as the browser lets us read them. */
export type SentFile = RememberedFile & { file: File | null }

/** What is sent: files, folders without files, a text. */
export type SendContent = { files: SentFile[]; folders: string[][]; text: string | null }

/** `locked`: one click lets the browser read the files again. `missing`: they have to be chosen again. */
export type Readiness = 'ready' | 'locked' | 'missing'

const placeOf = ({ path, file }: Chosen['files'][number]): string => [...path, file.name].join('/')

/** As people count: 2 before 10. */
const order = new Intl.Collator(undefined, { numeric: true })

export const contentOf = ({ files, emptyFolders }: Chosen): SendContent => ({
  files: files
    .toSorted((a, b) => order.compare(placeOf(a), placeOf(b)))
    .map(({ file, handle, path }) => ({
      ...{ path, name: file.name, size: file.size, modifiedAt: file.lastModified },
      ...{ handle, file, entry: null },
    })),
  folders: emptyFolders,
  text: null,
})

export const peerFilesOf = ({ files, folders }: SendContent): PeerFile[] => [
  ...files.map(peerFile),
  ...folders.map(path => ({ path, kind: 'folder' as const, size: 0, modifiedAt: 0 })),
]

const peerFile = ({ path, name, size, modifiedAt }: SentFile): PeerFile => ({
  ...{ path: [...path, name], kind: 'file', size, modifiedAt },
})

const canRead = ({ file, entry }: SentFile): boolean => file !== null || entry !== null

/**
 * A receiver's own readers of all that is sent. Nothing of it may be missing. Folders are as old as the send: what is on offer
 * has to be the same after a reload.
 */
export const sourcesOf = (
  client: HubClient,
  { files, folders }: SendContent,
  startedAt: number,
): PeerSource[] => [
  ...files.flatMap(one => {
    if (one.file) return [blobPeerSource(one.file, one.path)]
    return one.entry ? [hubPeerSource(client, one.entry, peerFile(one))] : []
  }),
  ...folders.map(path => folderPeerSource(path, startedAt)),
]

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
    if (canRead(one) || !one.handle) continue
    const permission = known.get(one.handle) ?? (await (ask ? askReadPermission : readPermission)(one.handle))
    known.set(one.handle, permission)
    if (permission === 'granted') one.file = await reopen(one)
    else if (permission === 'prompt') isLocked = true
  }
  if (files.every(canRead)) return 'ready'
  return isLocked ? 'locked' : 'missing'
}

/** Takes the files that are missing from those that were chosen again: by path, name, size and date. */
export const attach = (files: readonly SentFile[], chosen: Chosen): Readiness => {
  const keyOf = (path: readonly string[], name: string) => JSON.stringify([...path, name])
  const found = new Map(chosen.files.map(one => [keyOf(one.path, one.file.name), one]))
  for (const one of files) {
    const again = found.get(keyOf(one.path, one.name))
    if (canRead(one) || !again || !isSame(again.file, one)) continue
    one.file = again.file
    one.handle = again.handle
  }
  return files.every(canRead) ? 'ready' : 'missing'
}
