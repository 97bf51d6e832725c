let wanted = false
let held: WakeLockSentinel | null = null

const take = async (): Promise<void> => {
  try {
    held ??= await navigator.wakeLock.request('screen')
    held.onrelease = () => {
      held = null
    }
    if (!wanted) await held.release()
  } catch {
    // Browsers may refuse, for a low battery for one: then a locked screen pauses the transfer.
  }
}

/** Keeps the screen from locking while something moves: a phone cuts the connections of a page behind a locked screen. */
export const keepAwake = (on: boolean): void => {
  if (on === wanted || !('wakeLock' in navigator)) return
  wanted = on
  if (on) void take()
  else void held?.release()
}

// The browser lets go of it whenever the page is hidden.
document.addEventListener('visibilitychange', () => {
  if (wanted && document.visibilityState === 'visible') void take()
})
