import { limits } from '../../../protocol/limits.ts'
import type { TransferLink } from '../api.ts'
import type { Credit } from './upload-credit.ts'

/** A slice should not take longer than this: the hub hears of it, and keeps it when the connection breaks, only when it is whole. */
const sliceMs = 100
const smallestSlice = 16 * 1024
/** Acknowledgements within this time are taken together. */
const measureMs = 20

/**
 * How large a slice may be by what the hub has acknowledged on this connection: what the socket takes says little, as systems
 * buffer megabytes of what a slow link has still to carry.
 */
export const createSliceSize = (
  link: Pick<TransferLink, 'epoch'>,
  credit: Pick<Credit, 'returnedBytes'>,
): { readonly bytes: number } => {
  let bytes = smallestSlice
  let { epoch } = link
  let before = credit.returnedBytes
  let sinceMs = performance.now()

  const startAnew = () => {
    epoch = link.epoch
    before = credit.returnedBytes
    sinceMs = performance.now()
    bytes = smallestSlice
  }

  const measure = () => {
    const returnedBytes = credit.returnedBytes - before
    const ms = performance.now() - sinceMs
    if (returnedBytes === 0 || ms < measureMs) return
    bytes = Math.min(limits.sliceBytes, Math.max(smallestSlice, (returnedBytes / ms) * sliceMs))
    before = credit.returnedBytes
    sinceMs = performance.now()
  }

  return {
    get bytes() {
      if (epoch !== link.epoch) startAnew()
      measure()
      return Math.floor(bytes)
    },
  }
}
