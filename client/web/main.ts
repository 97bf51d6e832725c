import { start } from './app/start.ts'
import { pageClient } from './page-client.ts'

start(pageClient())
