import { setImmediate } from 'node:timers/promises'

/** How long such work may keep the event loop at a stretch. */
const sliceMs = 5

/** For work of any length: what it answers is awaited between two steps, and lets others have the event loop when it is time. */
export const inSlices = (): (() => Promise<void>) => {
  let since = performance.now()
  return async () => {
    if (performance.now() - since < sliceMs) return
    await setImmediate()
    since = performance.now()
  }
}
