import type { Config } from './config.ts'
import { isLoopback } from './transport/addresses.ts'

type Started = { url: string; setupToken: string | null; config: Pick<Config, 'host' | 'url' | 'origins'> }

/** What the terminal says when the hub runs. */
export const startWords = ({ url, setupToken, config }: Started): string => {
  const lines = [`Wherry is running at ${url}`]
  if (setupToken !== null) lines.push(`Create the first administrator: ${url}/setup#${setupToken}`)
  // Pages of other addresses are refused (server/auth/origins.ts).
  if (!isLoopback(config.host) && config.url === null && config.origins.length === 0)
    lines.push('Other machines can open it once WHERRY_URL has the address that they use.')
  return `\n${lines.map(line => `  ${line}\n`).join('')}\n`
}
