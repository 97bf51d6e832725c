import { createClient } from '../../core/client.ts'
import { applySettings, readSettings } from '../app/settings.ts'
import { cookieCredentials } from '../credentials.ts'
import { agent, socketUrl } from '../hub-address.ts'
import { webSocket } from '../socket.ts'
import { GoPage } from './go-page.ts'

applySettings(readSettings())
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

const page = new GoPage()
page.client = client
document.body.append(page)
