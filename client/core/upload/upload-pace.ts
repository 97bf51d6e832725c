import type { TransferLink } from '../api.ts'

/** A call should not wait longer than this behind bulk bytes. */
const patienceMs = 100
/** Each connection begins so: of a message that breaks with it nothing arrives. Where all is taken at once it doubles. */
const firstAllowance = 32 * 1024
const mostBuffered = 16 * 1024 * 1024

/** Keeps the bytes that wait in the socket to what the network takes in 100 ms, so that calls are answered at once. */
export type Pace = {
  /** True if more may be put into the socket now. */
  ready(): boolean
  /** Something was put there. */
  sent(): void
  /** Resolves when it may be worth looking again. */
  wait(): Promise<void>
}

export const createPace = (link: Pick<TransferLink, 'epoch' | 'bufferedBytes'>): Pace => {
  let allowance = firstAllowance
  let epoch = link.epoch
  /** Since the last look, of whoever looked: an empty socket says nothing otherwise. */
  let hasSent = true
  return {
    ready() {
      if (epoch !== link.epoch) allowance = firstAllowance
      epoch = link.epoch
      const buffered = link.bufferedBytes
      if (buffered === 0 && hasSent) allowance = Math.min(mostBuffered, allowance * 2)
      hasSent = false
      return buffered < allowance
    },
    sent() {
      hasSent = true
    },
    async wait() {
      const before = link.bufferedBytes
      const startMs = performance.now()
      await new Promise(resolve => setTimeout(resolve, 10))
      const drained = before - link.bufferedBytes
      const perPatience = (drained / Math.max(1, performance.now() - startMs)) * patienceMs
      allowance = Math.min(mostBuffered, Math.max(firstAllowance, (allowance + perPatience) / 2))
    },
  }
}
