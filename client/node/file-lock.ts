import { mkdir, open, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout } from 'node:timers/promises'

/** A lock older than this was left by a process that died: nobody needs so long for one call. */
const staleMs = 30_000
const pollMs = 25

const tryLock = async (path: string): Promise<boolean> => {
  try {
    await (await open(path, 'wx', 0o600)).close()
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    return false
  }
}

const isStale = async (path: string): Promise<boolean> => {
  try {
    return Date.now() - (await stat(path)).mtimeMs > staleMs
  } catch {
    return false
  }
}

/** Runs `work` while no other process on this machine runs one under the same lock file. */
export const withFileLock = async <T>(path: string, work: () => Promise<T>): Promise<T> => {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  while (!(await tryLock(path))) {
    if (await isStale(path)) await rm(path, { force: true })
    else await setTimeout(pollMs)
  }
  try {
    return await work()
  } finally {
    await rm(path, { force: true })
  }
}
