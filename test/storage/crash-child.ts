import { appendFileSync } from 'node:fs'
import { openStorage, type StorageOptions } from '../../storage/open-storage.ts'

/**
 * Writes to a storage until it is killed, and says what was acknowledged in the file `ledger`: run by crash.test.ts as
 * `crash-child.ts <directory> <ledger> <crashAt as JSON>`.
 */
const [directory = '', ledger = '', crashAt = 'null'] = process.argv.slice(2)
const plan = JSON.parse(crashAt) as StorageOptions['crashAt'] | null
const storage = await openStorage({ directory, ...(plan ? { crashAt: plan } : {}) })
const user = await storage.users.findByEmail('ada@example.org')
const [space] = await storage.spaces.visibleTo(user?.id ?? '')
const actor = { user: user?.id ?? '', requestId: null }
const prefix = process.pid

const write = async (writer: number): Promise<void> => {
  for (let i = 0; ; i++) {
    const name = `${prefix}-${writer}-${i}`
    await storage.entries.createFolder(actor, space?.root ?? '', name, 'fail')
    appendFileSync(ledger, `${name}\n`)
  }
}
process.stdout.write('ready\n')
await Promise.all(Array.from({ length: 8 }, (_, writer) => write(writer)))
