import type { DBSchema } from 'idb'
import type { Secret } from '../../core/peer/api.ts'
import type { KeptComparison } from '../../core/peer/comparing.ts'
import { database, ifStored, putAtOnce } from '../database.ts'
import type { HubFile } from '../peer/hub-peer-source.ts'
import { sendsKey } from './sends-key.ts'

/** A file of a send. `handle`, of it or of the outermost folder of `path`: opens it after a reload, where there is one. */
export type RememberedFile = {
  path: string[]
  name: string
  size: number
  modifiedAt: number
  handle: FileSystemHandle | null
  /** Of a file that the hub has, instead of a handle. */
  entry: HubFile | null
}

/** Somebody who was invited: the room, and with what the two find each other again. */
type RememberedReceiver = {
  room: string
  /** Of the code and the link, until somebody came; then the one of the pairing. */
  secrets: Secret[]
  /** A person of this hub; not there by code or link, and before there were such sends. */
  to?: string | null
  comparison?: KeptComparison | null
  /** It waits for this side, also after a reload. Absent in records of earlier versions of this page. */
  paused?: boolean
}

/** A direct send that began in this browser, so that it can go on after a reload. */
export type RememberedSend = {
  transfer: string
  user: string
  startedAt: number
  files: RememberedFile[]
  /** Folders without files. */
  folders: string[][]
  text: string | null
  receivers: RememberedReceiver[]
}

interface Schema extends DBSchema {
  sends: { key: string; value: RememberedSend; indexes: { user: string } }
}

const keptMs = 7 * 24 * 60 * 60_000

const open = database<Schema>('wherry-sends', made => {
  made.createObjectStore('sends', { keyPath: 'transfer' }).createIndex('user', 'user')
})

/** Tells pages that do not load all this whether there is something to go on with. */
const markSends = (has: boolean): void => {
  if (has) localStorage.setItem(sendsKey, '1')
  else localStorage.removeItem(sendsKey)
}

export const rememberSend = (send: RememberedSend): Promise<void> =>
  ifStored(async () => {
    markSends(true)
    await putAtOnce(await open(), 'sends', send)
  }, undefined)

export const forgetSend = (transfer: string): Promise<void> =>
  ifStored(async () => (await open()).delete('sends', transfer), undefined)

/** What can go on; what nobody came back to for a week is forgotten. */
export const rememberedSends = (user: string): Promise<RememberedSend[]> =>
  ifStored(async () => {
    const all = await (await open()).getAllFromIndex('sends', 'user', user)
    const isOld = ({ startedAt }: RememberedSend) => Date.now() - startedAt > keptMs
    for (const { transfer } of all.filter(isOld)) await forgetSend(transfer)
    const left = all.filter(send => !isOld(send))
    markSends(left.length > 0)
    return left
  }, [])
