import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { lockDirectory } from './index/data-lock.ts'
import { refuseLostIndex } from './index/lost-index.ts'
import { openIndex } from './index/open-index.ts'
import type { Users } from './storage.ts'

/**
 * Opens the accounts of a hub that does not run, and holds its directory alone until close(). What is in its files stays
 * closed, so that no master key is needed, and the mark of a stop that was not clean stays for the hub. Throws an Error
 * with a sentence if there is no hub, if it runs, or if its index cannot be opened.
 */
export const openAccounts = async (directory: string): Promise<{ users: Users; close(): Promise<void> }> => {
  await refuseLostIndex(directory)
  if (!existsSync(join(directory, 'index.db')))
    throw new Error(`The data directory ${directory} has no hub. Set WHERRY_DATA to that of the hub.`)
  const unlock = lockDirectory(directory)
  try {
    const unclean = existsSync(join(directory, 'running'))
    const none = { uploadsKeptMs: 0, crashAt: null, warn: () => {} }
    const index = await openIndex({ directory, clock: Date.now, unclean, ...none })
    const close = async (): Promise<void> => {
      await index.close()
      unlock()
    }
    return { users: index.users, close }
  } catch (error) {
    unlock()
    throw error
  }
}
