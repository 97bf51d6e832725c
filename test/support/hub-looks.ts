import { createHash } from 'node:crypto'
import type { HubClient } from '../../client/core/api.ts'

/** A figure of the hub's metrics, by the name without `wherry_`. */
export const metricOf = async (hub: string, name: string): Promise<number> => {
  const text = await (await fetch(`${hub}/metrics`)).text()
  const [, value] = new RegExp(`^wherry_${name} (\\S+)$`, 'm').exec(text) ?? []
  if (value === undefined) throw new Error(`no ${name} in:\n${text}`)
  return Number(value)
}

/** Bytes that the hub received over sockets since it was started, by its own count. */
export const receivedBytes = (hub: string): Promise<number> => metricOf(hub, 'received_bytes_total')

/** SHA-256 of a file as the hub gives it out, by a signed address. */
export const sha256OfEntry = async (client: HubClient, hub: string, entry: string): Promise<string> => {
  const { url } = await client.call('download.url', { entries: [entry] })
  const answer = await fetch(new URL(url, hub))
  if (!answer.ok || !answer.body) throw new Error(`the hub answered ${answer.status}`)
  const hash = createHash('sha256')
  for await (const piece of answer.body) hash.update(piece)
  return hash.digest('hex')
}
