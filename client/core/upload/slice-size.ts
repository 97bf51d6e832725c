import { limits } from '../../../protocol/limits.ts'
import type { TransferLink } from '../api.ts'
import type { Credit } from './upload-credit.ts'

/** A slice should not take longer than this: the hub hears of it, and keeps it when the connection breaks, only when it is whole. */
const sliceMs = 100
const smallestSlice = 16 * 1024
/** Until something is acknowledged: of what was sent before, up to so much. */
const unknownShare = 1 / 16
const mostUnknown = 128 * 1024
/** Acknowledgements within this time are taken together. */
const measureMs = 20

/**
 * How large a slice may be by what the hub has acknowledged on this connection: what the socket takes says little, as systems
 * buffer megabytes of what a slow link has still to carry.
 */
export type SliceSize = {
  readonly bytes: number
  sent(bytes: number): void
}

export const createSliceSize = (
  link: Pick<TransferLink, 'epoch'>,
  credit: Pick<Credit, 'returnedBytes'>,
): SliceSize => {
  const now = () => ({ ms: performance.now(), returnedBytes: credit.returnedBytes })
  const begin = () => {
    const at = now()
    return {
      epoch: link.epoch,
      returnedBytes: at.returnedBytes,
      measured: at,
      sentBytes: 0,
      measuredBytes: 0,
    }
  }
  let connection = begin()

  const bytes = (): number => {
    const { measuredBytes, sentBytes } = connection
    const most = measuredBytes || Math.min(mostUnknown, sentBytes * unknownShare)
    return Math.floor(Math.min(limits.sliceBytes, Math.max(smallestSlice, most)))
  }

  const measure = () => {
    if (connection.epoch !== link.epoch) connection = begin()
    const { measured } = connection
    const { ms, returnedBytes } = now()
    const tookMs = ms - measured.ms
    if (returnedBytes === measured.returnedBytes || tookMs < measureMs) return
    const perSlice = ((returnedBytes - measured.returnedBytes) / tookMs) * sliceMs
    // Chunks that travelled side by side are acknowledged one after the other, as if the last had taken no time.
    connection.measuredBytes = Math.min(perSlice, 2 * bytes())
    connection.measured = { ms, returnedBytes }
  }

  return {
    get bytes() {
      measure()
      return bytes()
    },
    sent(sentBytes) {
      // The time in which nothing was under way says nothing.
      if (credit.returnedBytes - connection.returnedBytes >= connection.sentBytes) connection.measured = now()
      connection.sentBytes += sentBytes
    },
  }
}
