import { hash, randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { CrashPlan } from '../../storage/chunks/crash.ts'
import { diskChunks } from '../../storage/chunks/disk-chunks.ts'
import { openKeys } from '../../storage/chunks/keys.ts'
import { fileChunkIndex } from './file-chunk-index.ts'

/**
 * A process that stores chunks until it dies and notes each acknowledged one in a synced ledger.
 * Arguments: data directory, crash plan as JSON or `null`.
 */
const [data = '', plan = 'null'] = process.argv.slice(2)
const crashAt: CrashPlan | null = JSON.parse(plan)
const { keys } = await openKeys({ directory: data, masterKey: null })
const index = await fileChunkIndex(join(data, 'rows'))
const store = await diskChunks({ directory: join(data, 'chunks'), index, keys, crashAt })
const ledger = openSync(join(data, 'ledger'), 'a')

const storeForEver = async (size: number): Promise<never> => {
  for (;;) {
    const bytes = randomBytes(size)
    const id = hash('sha256', bytes)
    await store.put(id, bytes)
    writeSync(ledger, `${id} ${size}\n`)
    fsyncSync(ledger)
  }
}

process.once('exit', () => closeSync(ledger))
process.stdout.write('ready\n')
await Promise.all([200, 10_000, 10_240, 300_000, 1_000_000, 2_500_000].map(storeForEver))
