import { rmSync } from 'node:fs'
import { mkdir, open, readFile, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout } from 'node:timers/promises'

const pollMs = 25

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code

const tryLock = async (path: string): Promise<boolean> => {
  try {
    const file = await open(path, 'wx', 0o600)
    try {
      await file.writeFile(String(process.pid))
    } catch (error) {
      // On a full disk it would be nobody's, for ever.
      await rm(path, { force: true })
      throw error
    } finally {
      await file.close()
    }
    return true
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
    return false
  }
}

/** Whether this machine has such a process, as far as that is to be seen. */
export const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return codeOf(error) !== 'ESRCH'
  }
}

/** A lock is made and gets its number within so many milliseconds, or whoever made it died. */
const numberedWithinMs = 5_000

/** Of the times of a start and of a file, both rounded. */
const roundingMs = 2_000

/** Clock ticks a second in /proc, the same on every Linux. */
const ticks = 100

/** When a process started, in milliseconds; null where it is not to be known. */
const startedAt = async (pid: number): Promise<number | null> => {
  try {
    const [own, all] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'utf8'),
      readFile('/proc/stat', 'utf8'),
    ])
    // The name, in parentheses, may have spaces and parentheses itself; the start is the 22nd field (proc(5)).
    const start = Number(own.slice(own.lastIndexOf(')') + 2).split(' ')[19])
    const boot = Number(/^btime (\d+)$/m.exec(all)?.[1])
    const started = (boot + start / ticks) * 1000
    return Number.isFinite(started) ? started : null
  } catch {
    return null
  }
}

/** True if the process that holds the lock died with it; its number may be another's by now. */
const isLeft = async (path: string): Promise<boolean> => {
  try {
    const pid = Number(await readFile(path, 'utf8'))
    const { mtimeMs } = await stat(path)
    if (!(pid > 0)) return Date.now() - mtimeMs > numberedWithinMs
    if (!isRunning(pid)) return true
    const started = await startedAt(pid)
    return started !== null && started > mtimeMs + roundingMs
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
    return false
  }
}

/** Nobody breaks a lock for so long. */
const brokenWithinMs = 10_000

/**
 * Takes a lock away that is left. Under a lock of its own, looking again: what another process took meanwhile, having broken
 * it first, is not left.
 */
const breakLock = async (path: string): Promise<void> => {
  const breaker = `${path}.break`
  if (!(await tryLock(breaker))) {
    const made = await stat(breaker).catch(() => null)
    if (made && Date.now() - made.mtimeMs > brokenWithinMs) await rm(breaker, { force: true })
    return
  }
  try {
    if (await isLeft(path)) await rm(path, { force: true })
  } finally {
    await rm(breaker, { force: true })
  }
}

/** Locks of this process, which end with it. */
const held = new Set<string>()
process.on('exit', () => {
  for (const path of held) rmSync(path, { force: true })
})

const giveBack = async (path: string): Promise<void> => {
  held.delete(path)
  await rm(path, { force: true })
}

/**
 * Takes the lock and answers what gives it back, as the end of this process does, or null while another process of this
 * machine has it.
 */
export const tryFileLock = async (path: string): Promise<(() => Promise<void>) | null> => {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  if (!(await tryLock(path))) {
    if (!(await isLeft(path))) return null
    await breakLock(path)
    if (!(await tryLock(path))) return null
  }
  held.add(path)
  return () => giveBack(path)
}

/** Takes the lock when no other process, nor this one, has it any more. */
const awaitFileLock = async (path: string): Promise<() => Promise<void>> => {
  for (;;) {
    const taken = await tryFileLock(path)
    if (taken) return taken
    await setTimeout(pollMs)
  }
}

/** Runs `work` while no other process of this machine runs one under the same lock file, nor this process another one. */
export const withFileLock = async <T>(path: string, work: () => Promise<T>): Promise<T> => {
  const release = await awaitFileLock(path)
  try {
    return await work()
  } finally {
    await release()
  }
}
