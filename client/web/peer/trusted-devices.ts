import { type DBSchema, type IDBPDatabase, openDB } from 'idb'
import type { Person } from '../../../protocol/values.ts'

/** The latest devices of one person. */
const mostDevices = 16

/**
 * Whom a device belongs to, as this side knows it, so that nobody's device passes for somebody else's: to whom something is
 * sent by the address that was typed, from whom it comes by what the hub says.
 */
export const recipient = (email: string): string => `to ${email.normalize('NFC').toLowerCase()}`
export const origin = ({ id, name }: Person): string => `from ${id} ${name}`

interface Schema extends DBSchema {
  devices: { key: [account: string, person: string]; value: string[] }
}

let opened: Promise<IDBPDatabase<Schema>> | null = null

const open = (): Promise<IDBPDatabase<Schema>> => {
  opened ??= openDB<Schema>('wherry-trusted', 1, {
    upgrade(database) {
      database.createObjectStore('devices')
    },
  })
  return opened
}

/** The secrets of the devices of a person that this account trusts, the latest first; none where nothing is stored. */
export const trustedDevices = async (account: string, person: string): Promise<string[]> => {
  try {
    return (await (await open()).get('devices', [account, person])) ?? []
  } catch {
    return []
  }
}

/** Without storage (some private windows) the two compare again the next time. */
export const trustDevice = async (account: string, person: string, secret: string): Promise<void> => {
  try {
    const transaction = (await open()).transaction('devices', 'readwrite')
    const before = (await transaction.store.get([account, person])) ?? []
    const others = before.filter(one => one !== secret)
    await transaction.store.put([secret, ...others].slice(0, mostDevices), [account, person])
    await transaction.done
  } catch {
    opened = null
  }
}
