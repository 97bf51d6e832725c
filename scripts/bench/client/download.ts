import { get } from 'node:http'
import { download as downloadTo } from '../../../client/core/download/download.ts'
import { fileSink } from '../../../client/node/file-sink.ts'
import { threadHashing } from '../../../client/node/hashing.ts'
import { type Measured, measured } from '../measured.ts'
import { type Address, type Client, rootOf, withClient } from './connect.ts'

const entryNamed = async (client: Client, name: string): Promise<string> => {
  const { entry: root } = await client.call('entry.get', { entry: await rootOf(client) })
  const { entry } = await client.call('entry.resolve', { space: root.space, path: [name] })
  return entry.id
}

/** Downloads and verifies the file of that name into `path`. */
export const download = ({ name, path, ...address }: Address & { name: string; path: string }) =>
  withClient(address, async (client): Promise<Measured> => {
    const entry = await entryNamed(client, name)
    const hashing = threadHashing()
    try {
      return await measured(() => downloadTo(client, entry, fileSink(path, entry), { hashing }))
    } finally {
      hashing.close()
    }
  })

/** A signed address of the file of that name. */
export const signedUrl = ({ name, ...address }: Address & { name: string }) =>
  withClient(address, async client => {
    const entries = [await entryNamed(client, name)]
    const { url } = await client.call('download.url', { entries, purpose: 'save' })
    return new URL(url, address.hub).href
  })

/** Reads an address with Node's plain HTTP client, and throws the bytes away. */
export const readUrl = async ({ url, size }: { url: string; size: number }): Promise<Measured> => {
  let bytes = 0
  const took = await measured(
    () =>
      new Promise<void>((resolve, reject) => {
        get(url, response => {
          response.on('data', (piece: Buffer) => {
            bytes += piece.length
          })
          response.on('end', resolve)
          response.on('error', reject)
        }).on('error', reject)
      }),
  )
  if (bytes !== size) throw new Error(`${bytes} bytes of ${size} came`)
  return took
}
