import { isReason, WherryError } from '../../protocol/errors.ts'
import { includesLevel } from '../../protocol/levels.ts'
import type { ChunkRef } from '../../protocol/values.ts'
import type { ChunkBuffer } from '../../storage/chunks/chunk-store.ts'
import type { ContentInfo } from '../../storage/storage.ts'
import type { Connection } from '../connection.ts'
import { createOutbox, type Outbox, type OutboxLimits, sliceScratch } from './outbox.ts'
import type { TransferParts } from './transfer-parts.ts'

/** A download that a connection has open. */
export type Download = {
  readonly id: string
  readonly user: string
  readonly stream: number
  readonly entry: string
  readonly content: ContentInfo
  /** Why nothing more is sent. */
  ended: WherryError | null
}

/** Chunks from the index `from` on, the first one from its byte `offset` on. */
type ChunksToSend = { from: number; refs: readonly ChunkRef[]; offset: number }

/** Downloads by connection: what is open, and the sending of their chunks. */
export type Downloads = {
  open(connection: Connection, download: Omit<Download, 'ended'>): void
  /** Throws `not_found`. */
  get(connection: Connection, id: string): Download
  entryOf(connection: Connection, id: string): string | null
  close(connection: Connection, id: string): void
  /** Sends chunks in order, reading ahead within the connection's bound; answers how many bytes that were. */
  send(connection: Connection, download: Download, chunks: ChunksToSend): Promise<number>
  connectionClosed(connection: Connection): void
}

/** Downloads that one connection may have open. */
const maxOpen = 256

export const createDownloads = (
  { storage, levelOf, clock }: TransferParts,
  bounds: OutboxLimits,
): Downloads => {
  type Side = { open: Map<string, Download>; outbox: Outbox }
  const sides = new Map<Connection, Side>()
  const scratch = sliceScratch()

  const sideOf = (connection: Connection): Side => {
    const known = sides.get(connection)
    if (known) return known
    const side = {
      open: new Map<string, Download>(),
      outbox: createOutbox(connection, bounds, clock, scratch),
    }
    sides.set(connection, side)
    return side
  }

  const mayRead = async ({ user, entry }: Download): Promise<boolean> =>
    includesLevel(await levelOf(user, entry), 'read')

  const endIfUnreadable = async (download: Download): Promise<void> => {
    if (await mayRead(download)) return
    download.ended ??= (await storage.entries.get(download.entry)) === null ? deleted() : takenBack()
  }

  const fetch = async (download: Download, index: number, hash: string): Promise<ChunkBuffer> => {
    await endIfUnreadable(download)
    if (download.ended) throw download.ended
    try {
      return await storage.chunks.get(hash)
    } catch (error) {
      if (!isReason(error, 'chunk_damaged', 'chunk_unreadable')) throw error
      throw new WherryError(error.reason, undefined, { index }, { cause: error })
    }
  }

  const sendChunk = async (
    connection: Connection,
    { outbox }: Side,
    download: Download,
    { index, offset }: { index: number; offset: number },
    reading: Promise<ChunkBuffer>,
  ): Promise<void> => {
    const buffer = await reading
    try {
      await outbox.send({ stream: download.stream, index, offset }, buffer.bytes, async () => {
        await endIfUnreadable(download)
        if (connection.closed) throw new WherryError('disconnected')
        if (download.ended) throw download.ended
      })
    } finally {
      buffer.release()
    }
  }

  const send: Downloads['send'] = async (connection, download, { from, refs, offset }) => {
    const side = sideOf(connection)
    const sending: Promise<void>[] = []
    let failure: { error: unknown } | null = null
    let previous: Promise<void> = Promise.resolve()
    for (const [i, ref] of refs.entries()) {
      const free = await side.outbox.reserve(ref.size)
      if (failure) {
        free()
        break
      }
      const reading = fetch(download, from + i, ref.hash)
      reading.catch(heardLater)
      const before = previous
      const part = { index: from + i, offset: i === 0 ? offset : 0 }
      previous = inOrder(before, reading, () => sendChunk(connection, side, download, part, reading))
        .catch(error => {
          failure ??= { error }
          throw error
        })
        .finally(free)
      previous.catch(heardLater)
      sending.push(previous)
    }
    await Promise.allSettled(sending)
    if (failure !== null) throw (failure as { error: unknown }).error
    return refs.reduce((sum, ref) => sum + ref.size, -offset)
  }

  return {
    open: (connection, download) => {
      const { open } = sideOf(connection)
      const known = open.get(download.id)
      if (known && (known.entry !== download.entry || known.content.version !== download.content.version)) {
        throw new WherryError('conflict', 'That id names a download of something else.')
      }
      if (!known && open.size >= maxOpen) {
        throw new WherryError('too_large', `A connection can have ${maxOpen} downloads open.`)
      }
      open.set(download.id, { ...download, ended: null })
    },
    get: (connection, id) => {
      const download = sides.get(connection)?.open.get(id)
      if (!download) throw new WherryError('not_found')
      if (download.ended) throw download.ended
      return download
    },
    entryOf: (connection, id) => sides.get(connection)?.open.get(id)?.entry ?? null,
    close: (connection, id) => {
      const open = sides.get(connection)?.open
      const download = open?.get(id)
      if (download) download.ended = new WherryError('cancelled')
      open?.delete(id)
    },
    send,
    connectionClosed: connection => {
      for (const download of sides.get(connection)?.open.values() ?? []) {
        download.ended = new WherryError('disconnected')
      }
      sides.delete(connection)
    },
  }
}

/** Of what may fail while nobody awaits it yet: a rejection that no one ever heard of would end the hub. */
const heardLater = (): void => undefined

const deleted = (): WherryError => new WherryError('not_found', 'This was deleted while it was downloaded.')
const takenBack = (): WherryError => new WherryError('cancelled', 'The right to read this was taken back.')

/** Runs after `before`; if that failed, what was read ahead is let go. */
const inOrder = async (
  before: Promise<void>,
  reading: Promise<ChunkBuffer>,
  run: () => Promise<void>,
): Promise<void> => {
  try {
    await before
  } catch (error) {
    await reading.then(buffer => buffer.release()).catch(() => undefined)
    throw error
  }
  await run()
}
