import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'

export const { version } = JSON.parse(
  readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'),
) as { version: string }

/** What the command line calls itself in the hub's list of sessions. */
export const agent = `wherry-cli/${version} (${hostname()})`
