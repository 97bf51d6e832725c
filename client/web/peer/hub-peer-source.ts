import { isReason, WherryError } from '../../../protocol/errors.ts'
import type { HubClient } from '../../core/api.ts'
import type { PeerFile, PeerSource } from '../../core/peer/api.ts'

/** A version of a file on the hub. */
export type HubFile = { id: string; version: string }

/** What is asked for at once: a request for each chunk would take longer than its bytes. */
const aheadBytes = 8 * 1024 * 1024
const retryMs = 1000
const mostRetries = 60

const changed = () => new WherryError('file_changed')
/** A file that was deleted, or that this user may see no more, is not to be taken for a send that is not there. */
const asChanged = (error: unknown): never => {
  throw isReason(error, 'not_found') ? changed() : error
}
const pause = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms))

/** A file of the hub as something to send: this browser reads it by a signed address, part by part, and passes it on. */
export const hubPeerSource = (client: HubClient, { id, version }: HubFile, file: PeerFile): PeerSource => {
  let address: string | null = null
  let ahead = { start: 0, bytes: new Uint8Array(0) }

  /** Looked at after the address was made: then the address is of this version too. */
  const sign = async (): Promise<string> => {
    const { url } = await client.call('download.url', { entries: [id] }).catch(asChanged)
    await check()
    return url
  }

  const check = async () => {
    const { entry } = await client.call('entry.get', { entry: id }).catch(asChanged)
    if (entry.version !== version) throw changed()
  }

  /** Null where the hub is not reached just now, or not by this address any more. */
  const ask = async (start: number, end: number): Promise<Uint8Array<ArrayBuffer> | null> => {
    address ??= await sign()
    try {
      const answer = await fetch(address, {
        headers: { range: `bytes=${start}-${end - 1}` },
        cache: 'no-store',
      })
      // Its time is over, or the file is gone: making another one tells.
      if (answer.status === 410) address = null
      if ([404, 412, 416].includes(answer.status)) throw changed()
      if (!answer.ok) return null
      const bytes = new Uint8Array(await answer.arrayBuffer())
      return bytes.length === end - start ? bytes : null
    } catch (error) {
      if (error instanceof WherryError) throw error
      return null
    }
  }

  const load = async (start: number) => {
    const end = Math.min(file.size, start + aheadBytes)
    for (let tries = 0; tries < mostRetries; tries++) {
      const bytes = await ask(start, end)
      if (bytes) return { start, bytes }
      await client.whenState('live')
      await pause(retryMs)
    }
    throw new WherryError('disconnected')
  }

  /** Chunks are asked for several at a time, and most of them are in what the first one brings. */
  let loading: Promise<unknown> = Promise.resolve()
  const loaded = (start: number, length: number) => {
    const mine = loading.then(async () => {
      const isLoaded = start >= ahead.start && start + length <= ahead.start + ahead.bytes.length
      if (!isLoaded) ahead = await load(start)
      return ahead
    })
    loading = mine.catch(() => {})
    return mine
  }

  return {
    file,
    async read(start, length, into) {
      if (length === 0) {
        await check()
        return new Uint8Array(0)
      }
      const part = await loaded(start, length)
      const bytes = into?.subarray(0, length) ?? new Uint8Array(length)
      bytes.set(part.bytes.subarray(start - part.start, start - part.start + length))
      return bytes
    },
    async close() {
      ahead = { start: 0, bytes: new Uint8Array(0) }
    },
  }
}
