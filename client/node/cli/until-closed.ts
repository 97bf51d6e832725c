import type { HubClient } from '../../core/api.ts'

/**
 * The signal of a command that goes on for long: aborts too when its client is closed, because the session ended. What
 * became of the command is decided by then, but a transfer that still ran would keep the process from ending.
 */
export const untilClosed = (client: HubClient, signal: AbortSignal): AbortSignal => {
  const closed = new AbortController()
  client.onState(state => {
    if (state === 'closed') closed.abort()
  })
  return AbortSignal.any([signal, closed.signal])
}
