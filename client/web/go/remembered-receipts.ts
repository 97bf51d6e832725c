import type { DBSchema } from 'idb'
import type { PeerOffer } from '../../core/peer/api.ts'
import type { KeptComparison } from '../../core/peer/comparing.ts'
import { database, ifStored, putAtOnce } from '../database.ts'
import { forgetKept } from '../peer/kept-folder.ts'

/** Something that was begun to be received in this browser, so that it can go on after a reload. */
export type RememberedReceipt = {
  room: string
  /** The secret with which the two find each other again. */
  again: string
  /** Null until it was accepted. */
  transfer: string | null
  /** Of what was accepted. Absent in records of earlier versions of this page. */
  digest?: string | null
  offer: PeerOffer | null
  /** Where the person wants it. */
  folder: FileSystemDirectoryHandle | null
  touchedAt: number
  /** All of it is here: the CRC-32 of each file, in the order in which they came. */
  whole: { path: readonly string[]; crc: number }[] | null
  /** When it was saved out of the browser's own place. */
  savedAt: number | null
  /** Who of this hub offered it, as trusted-people.ts names people, to an account; `sender` as the hub calls them. Not there by code or link. */
  person?: { account: string; name: string; sender: string } | null
  comparison?: KeptComparison | null
  /** It waits for this side, also after a reload. Absent in records of earlier versions of this page. */
  paused?: boolean
}

interface Schema extends DBSchema {
  receipts: { key: string; value: RememberedReceipt }
}

/** A download may still read what it saves for a while. */
const keptAfterSaveMs = 10 * 60_000
const keptMs = 7 * 24 * 60 * 60_000

const open = database<Schema>('wherry-receipts', made => {
  made.createObjectStore('receipts', { keyPath: 'room' })
})

/** In place of what was remembered of the same send by an earlier code: its files are the same. */
export const rememberReceipt = (receipt: RememberedReceipt): Promise<void> =>
  ifStored(async () => {
    await putAtOnce(await open(), 'receipts', { ...receipt, touchedAt: Date.now() })
    const { room, transfer } = receipt
    if (transfer === null) return
    const { store, done } = (await open()).transaction('receipts', 'readwrite')
    for (const other of await store.getAll())
      if (other.transfer === transfer && other.room !== room) await store.delete(other.room)
    await done
  }, undefined)

const allReceipts = () => ifStored(async () => (await open()).getAll('receipts'), [])

/**
 * Throws away what was kept of its files, and forgets it: in this order, so that a page that goes meanwhile leaves neither
 * alone. While another tab writes to them, both stay.
 */
export const forgetReceipt = async ({ room, transfer }: RememberedReceipt): Promise<void> => {
  // Files are kept under the transfer: another code of the same send has the same ones.
  const isShared = async () =>
    (await allReceipts()).some(other => other.transfer === transfer && other.room !== room)
  if (transfer === null || (await forgetKept(transfer, isShared)))
    await ifStored(async () => (await open()).delete('receipts', room), undefined)
}

/** What can go on or still be saved, the latest first; what is long over is thrown away. */
export const rememberedReceipts = async (): Promise<RememberedReceipt[]> => {
  const all = await allReceipts()
  const isOver = ({ touchedAt, savedAt }: RememberedReceipt) =>
    Date.now() - touchedAt > keptMs || (savedAt !== null && Date.now() - savedAt > keptAfterSaveMs)
  for (const receipt of all.filter(isOver)) void forgetReceipt(receipt)
  return all.filter(receipt => !isOver(receipt)).sort((a, b) => b.touchedAt - a.touchedAt)
}
