import { WherryError } from '../../protocol/errors.ts'
import { limits } from '../../protocol/limits.ts'
import type { Connection } from '../connection.ts'
import type { RelayBudget } from './relay-budget.ts'

/**
 * One direction of a relay. `free` bytes may still come from the sender, `held` are in the receiver's send buffer, `owed`
 * are the sender's again but not told yet: together they are the window, always.
 */
export type RelayFlow = {
  readonly freeBytes: number
  /** Hands a part of a message over, which costs so much credit. Throws `window_overrun`. */
  pass(message: Uint8Array, credit: number): void
  /** Nothing passes any more. What waits in the receiver's buffer stays counted until it is gone. */
  end(): void
}

const firstWindowBytes = limits.relayFirstBytes

type Mark = { at: number; bytes: number; wireBytes: number }

/** Little credit waits so long for more of it. */
const gatherMs = 20

/** Bytes in the receiver's buffer are waited for in groups of this size, so that short slices do not cost a wait each. */
const markBytes = 64 * 1024

export const createRelayFlow = (
  receiver: Connection,
  budget: RelayBudget<Connection>,
  credited: (bytes: number) => void,
): RelayFlow => {
  const marks: Mark[] = []
  let window = firstWindowBytes
  let free = firstWindowBytes
  let owed = 0
  let wireBytes = 0
  let isWaiting = false
  let later: NodeJS.Timeout | null = null
  let isEnded = false

  const tellAll = (): void => {
    clearTimeout(later ?? undefined)
    later = null
    const bytes = owed
    free += owed
    owed = 0
    if (bytes > 0) credited(bytes)
  }

  /** In few events: at once what the sender may wait for, and in a moment what is little. */
  const tellCredit = (): void => {
    if (owed >= window / 4 || free < window / 4) tellAll()
    else later ??= setTimeout(tellAll, gatherMs)
  }

  /** The network took these bytes: the sender may send as many again, or more if it fills its window, or less if others need it. */
  const passed = (bytes: number): void => {
    if (isEnded) {
      budget.release(receiver, bytes)
      return
    }
    const isFull = free < window / 2
    if (isFull) budget.want(marks)
    const cut = Math.min(bytes, budget.excess(window))
    if (cut > 0) budget.release(receiver, cut)
    const more = cut === 0 && isFull ? budget.grow(receiver, window) : 0
    window += more - cut
    owed += bytes - cut + more
    tellCredit()
  }

  const followMarks = async (): Promise<void> => {
    isWaiting = true
    for (let mark = marks[0]; mark !== undefined; mark = marks[0]) {
      await receiver.whenSent(mark.at)
      marks.shift()
      wireBytes -= mark.wireBytes
      passed(mark.bytes)
    }
    isWaiting = false
  }

  const hold = (bytes: number, messageBytes: number): void => {
    wireBytes += messageBytes
    const last = marks.at(-1)
    // The first is waited for already.
    if (last !== undefined && marks.length > 1 && last.bytes < markBytes) {
      last.at = receiver.sentBytes
      last.bytes += bytes
      last.wireBytes += messageBytes
    } else marks.push({ at: receiver.sentBytes, bytes, wireBytes: messageBytes })
    if (!isWaiting) void followMarks()
  }

  return {
    get freeBytes() {
      return free
    },
    pass: (message, credit) => {
      // Headers are free, so that a slice costs what it carries; but not a window full of them.
      const isTooMuch = credit > free || wireBytes + message.length > 2 * window
      if (isTooMuch) throw new WherryError('window_overrun')
      free -= credit
      if (!receiver.sendBinary(message)) return
      if (receiver.bufferedBytes() === 0) passed(credit)
      else hold(credit, message.length)
    },
    end: () => {
      if (isEnded) return
      isEnded = true
      clearTimeout(later ?? undefined)
      const held = marks.reduce((sum, mark) => sum + mark.bytes, 0)
      budget.release(receiver, window - held)
      budget.forget(marks)
    },
  }
}
