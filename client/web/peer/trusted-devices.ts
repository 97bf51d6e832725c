import type { DBSchema } from 'idb'
import { withDevice } from '../../core/peer/trusted-people.ts'
import { database, ifStored } from '../database.ts'

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
    await store.put(withDevice(before, secret), [account, person])
    await done
  }, undefined)
