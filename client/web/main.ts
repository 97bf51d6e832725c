import { createClient } from '../core/client.ts'
import { applySettings, readSettings } from './app/settings.ts'
import './app/wherry-app.ts'
import { cookieCredentials } from './credentials.ts'
import { webSocket } from './socket.ts'

applySettings(readSettings())

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

const app = document.querySelector('wherry-app')
if (app) app.client = client
