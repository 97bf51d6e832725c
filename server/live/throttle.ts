/** Calls back for a key some time after its first ring, once for all rings in that time. */
export type Throttle = { ring(key: string): void; stop(): void }

export const throttle = (delayMs: number, call: (key: string) => void): Throttle => {
  const timers = new Map<string, NodeJS.Timeout>()
  return {
    ring: key => {
      if (timers.has(key)) return
      const timer = setTimeout(() => {
        timers.delete(key)
        call(key)
      }, delayMs)
      timers.set(key, timer)
    },
    stop: () => {
      for (const timer of timers.values()) clearTimeout(timer)
      timers.clear()
    },
  }
}
