import type { HubClient, TransferLink } from '../core/api.ts'
import { createClient } from '../core/client.ts'
import { cookieCredentials } from './credentials.ts'
import { agent, socketUrl } from './hub-address.ts'
import { webSocket } from './socket.ts'

/** The connection of a page to the hub that served it: tries again at once when the network or the page comes back. */
export const pageClient = (): HubClient & TransferLink => {
  const client = createClient({
    url: socketUrl(),
    socket: webSocket,
    credentials: cookieCredentials(),
    agent,
  })
  addEventListener('online', () => client.setOnline(true))
  addEventListener('offline', () => client.setOnline(false))
  addEventListener('pageshow', () => client.wake())
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') client.wake()
  })
  return client
}
