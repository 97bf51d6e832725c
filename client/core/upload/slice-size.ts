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
  const begin = () => ({ epoch: link.epoch, at: now(), sentBytes: 0, bytesPerSlice: 0 })
  let connection = begin()
  let measured = connection.at

  const measure = () => {
    if (connection.epoch !== link.epoch) {
      connection = begin()
      measured = connection.at
    }
    const { ms, returnedBytes } = now()
    const tookMs = ms - measured.ms
    if (returnedBytes === measured.returnedBytes || tookMs < measureMs) return
    connection.bytesPerSlice = ((returnedBytes - measured.returnedBytes) / tookMs) * sliceMs
    measured = { ms, returnedBytes }
  }

  return {
    get bytes() {
      measure()
      const bytes = connection.bytesPerSlice || Math.min(mostUnknown, connection.sentBytes * unknownShare)
      return Math.floor(Math.min(limits.sliceBytes, Math.max(smallestSlice, bytes)))
    },
    sent(bytes) {
      // The time in which nothing was under way says nothing.
      if (credit.returnedBytes - connection.at.returnedBytes >= connection.sentBytes) measured = now()
      connection.sentBytes += bytes
    },
  }
}
