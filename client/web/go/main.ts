import { applySettings, readSettings } from '../app/settings.ts'
import { pageClient } from '../page-client.ts'
import { GoPage } from './go-page.ts'

applySettings(readSettings())
const page = new GoPage()
page.client = pageClient()
document.body.append(page)
