import { createClient } from '../core/client.ts'
import { start } from './app/start.ts'
import { cookieCredentials } from './credentials.ts'
import { webSocket } from './socket.ts'

const client = createClient({
  url: `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/ws`,
  socket: webSocket,
  credentials: cookieCredentials(),
  agent: 'wherry-web/0.1.0',
})
addEventListener('online', () => client.setOnline(true))
addEventListener('offline', () => client.setOnline(false))
addEventListener('pageshow', () => client.wake())
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible') client.wake()
})

start(client)
