import type { DBSchema } from 'idb'
import type { Person } from '../../../protocol/values.ts'
import { database, ifStored } from '../database.ts'

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

const open = database<Schema>('wherry-trusted', made => {
  made.createObjectStore('devices')
})

/** The secrets of the devices of a person that this account trusts, the latest first; none where nothing is stored. */
export const trustedDevices = (account: string, person: string): Promise<string[]> =>
  ifStored(async () => (await (await open()).get('devices', [account, person])) ?? [], [])

/** Where nothing is stored the two compare again the next time. */
export const trustDevice = (account: string, person: string, secret: string): Promise<void> =>
  ifStored(async () => {
    const { store, done } = (await open()).transaction('devices', 'readwrite')
    const before = (await store.get([account, person])) ?? []
    const others = before.filter(one => one !== secret)
    await store.put([secret, ...others].slice(0, mostDevices), [account, person])
    await done
  }, undefined)
