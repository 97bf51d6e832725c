import type { HubClient } from '../../core/api.ts'
import { applySettings, readSettings } from './settings.ts'
import { WherryApp } from './wherry-app.ts'

/** Puts the app on the page. It needs its connection before it is connected to the document. */
export const start = (client: HubClient): void => {
  applySettings(readSettings())
  const app = new WherryApp()
  app.client = client
  document.body.append(app)
}
