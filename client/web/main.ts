import { createClient } from '../core/client.ts'
import { start } from './app/start.ts'
import { cookieCredentials } from './credentials.ts'
import { agent, socketUrl } from './hub-address.ts'
import { webSocket } from './socket.ts'

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

start(client)
