import { isReason } from '../../../protocol/errors.ts'
import { limits } from '../../../protocol/limits.ts'
import type { Result } from '../../../protocol/table.ts'
import type { TransferLink } from '../api.ts'

export type DownloadedFile = Result<'download.open'>

type Slice = Parameters<Parameters<TransferLink['onSlice']>[1]>[0]

/** A download as the hub has it, on one connection. */
export type Opened = {
  file: DownloadedFile
  stream: number
  epoch: number
  /** What came of a small file before the answer: nothing is open then. Null for others. */
  sent: readonly Slice[] | null
}

export type ToOpen = {
  download: string
  entry: string
  version: string | null
  signal: AbortSignal | undefined
  /** A small file may come before the answer. */
  atOnce: boolean
}

/** Links to hubs from before small files came with the answer. */
const sendsNothing = new WeakSet<TransferLink>()

/** Keeps what comes on a stream before the answer does, as much as was asked for. */
const listenFor = (link: TransferLink, stream: number, mostBytes: number) => {
  const slices: Slice[] = []
  let room = mostBytes
  const stop = link.onSlice(stream, slice => {
    room -= slice.bytes.length
    // The bytes are part of a message, and would keep all of it.
    if (room >= 0) slices.push({ ...slice, bytes: slice.bytes.slice() })
  })
  return { slices, stop }
}

const openOnce = async (link: TransferLink, { atOnce, signal, ...names }: ToOpen): Promise<Opened> => {
  const { epoch } = link
  const stream = link.newStream()
  const sendUpTo = atOnce && !sendsNothing.has(link) ? limits.openBytes : 0
  const early = listenFor(link, stream, sendUpTo)
  try {
    const file = await link.call(
      'download.open',
      { ...names, stream, ...(sendUpTo > 0 && { sendUpTo }) },
      { retry: false, ...(signal && { signal }) },
    )
    return { file, stream, epoch, sent: file.refs ? early.slices : null }
  } catch (error) {
    if (sendUpTo === 0 || !isReason(error, 'invalid_params')) throw error
    sendsNothing.add(link)
    return openOnce(link, { ...names, signal, atOnce: false })
  } finally {
    early.stop()
  }
}

/**
 * Opens a download on the connection that there is, or on the next one. What broke a connection once is not sent before the
 * answer again: chunk by chunk it gets on, however little each connection carries.
 */
export const openDownload = async (link: TransferLink, what: ToOpen): Promise<Opened> => {
  for (let { atOnce } = what; ; atOnce = false) {
    what.signal?.throwIfAborted()
    await link.whenState('live')
    try {
      return await openOnce(link, { ...what, atOnce })
    } catch (error) {
      if (!isReason(error, 'disconnected')) throw error
    }
  }
}
