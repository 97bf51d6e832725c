/** Steps of a put at which a test can have the process die, in their order; `partial`: half of a write is out. */
export type CrashPoint = 'received' | 'verified' | 'partial' | 'appended' | 'synced' | 'indexed'

/** Dies at the point when it was passed `after` times before. */
export type CrashPlan = { point: CrashPoint; after: number }

/** To be called at each point; the process dies there when `lastAct` is done. */
export type Crash = (point: CrashPoint, lastAct?: () => Promise<unknown>) => Promise<void> | void

/** Kills the process where the plan says so: as hard as a power cut, but for the kernel's caches. */
export const crasher = (plan: CrashPlan | null): Crash => {
  let passed = 0
  return (point, lastAct) => {
    if (plan?.point !== point || passed++ < plan.after) return
    const die = () => process.kill(process.pid, 'SIGKILL')
    if (lastAct) return lastAct().then(() => void die())
    die()
  }
}
