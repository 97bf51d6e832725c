import { readdir, readFile } from 'node:fs/promises'

/** The parent of a process, and what it was started with; null if it is gone. */
const lookAt = async (pid: string): Promise<{ parent: number; command: string } | null> => {
  try {
    const [status, command] = await Promise.all([
      readFile(`/proc/${pid}/status`, 'utf8'),
      readFile(`/proc/${pid}/cmdline`, 'utf8'),
    ])
    return { parent: Number(/^PPid:\s+(\d+)/m.exec(status)?.[1]), command }
  } catch {
    return null
  }
}

/** The processes for WebRTC that this one started and that have not ended. */
export const rtcProcessesOf = async (parent: number): Promise<number[]> => {
  const pids = (await readdir('/proc')).filter(name => /^\d+$/.test(name))
  const looked = await Promise.all(pids.map(async pid => ({ pid: Number(pid), found: await lookAt(pid) })))
  return looked
    .filter(({ found }) => found?.parent === parent && found.command.includes('peer/rtc/process.ts'))
    .map(({ pid }) => pid)
}

/** False also for one that ended and that nobody asked about yet. */
export const isRunning = async (pid: number): Promise<boolean> => !!(await lookAt(String(pid)))?.command
