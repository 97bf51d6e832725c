/** Hands out one turn at a time, first come, first served, each in constant time. `acquire` answers with its release. */
export const fifoLock = (): { acquire(): Promise<() => void> } => {
  let tail: Promise<void> = Promise.resolve()
  return {
    async acquire() {
      const before = tail
      let release = (): void => {}
      tail = new Promise(resolve => {
        release = resolve
      })
      await before
      return release
    },
  }
}
