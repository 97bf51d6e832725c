import { limits } from '../../protocol/limits.ts'

const MiB = 1024 * 1024

const firstWindowBytes = limits.relayFirstBytes

/** The most bytes that may be on their way in one direction of a relay. */
export const maxWindowBytes = 4 * MiB

/** The part of the budget that stays for relays that are yet to begin. */
const keptShare = 1 / 4

/**
 * The memory that all relays may take together, and what of it may wait in one receiver's socket. A direction begins with a
 * small window; one that fills it gets more, up to a fair share, and has to do with less when others need theirs.
 */
export type RelayBudget<Receiver> = {
  /** A first window towards this receiver; false if there is none left. */
  begin(receiver: Receiver): boolean
  /** The direction fills its window: it is one of those that share the budget until it ends or the second sweep from now. */
  want(flow: object): void
  /** More for a direction that wants it: answers how much. */
  grow(receiver: Receiver, window: number): number
  /** What a direction has above its fair share, while others need it. */
  excess(window: number): number
  release(receiver: Receiver, bytes: number): void
  forget(flow: object): void
  /** To be called every few seconds. */
  sweep(): void
  readonly usedBytes: number
}

export const createRelayBudget = <Receiver extends object>(
  budgetBytes: number,
  receiverBytes: number,
): RelayBudget<Receiver> => {
  const ofReceiver = new Map<Receiver, number>()
  const keptBytes = budgetBytes * keptShare
  let free = budgetBytes
  let recent = new Set<object>()
  let before = new Set<object>()

  const share = (): number => {
    const fair = Math.floor((budgetBytes - keptBytes) / Math.max(1, recent.size + before.size))
    return Math.max(firstWindowBytes, Math.min(maxWindowBytes, fair))
  }

  const roomFor = (receiver: Receiver): number => receiverBytes - (ofReceiver.get(receiver) ?? 0)

  const take = (receiver: Receiver, bytes: number): void => {
    free -= bytes
    const now = receiverBytes - roomFor(receiver) + bytes
    if (now > 0) ofReceiver.set(receiver, now)
    else ofReceiver.delete(receiver)
  }

  return {
    begin: receiver => {
      if (Math.min(free, roomFor(receiver)) < firstWindowBytes) return false
      take(receiver, firstWindowBytes)
      return true
    },
    want: flow => {
      before.delete(flow)
      recent.add(flow)
    },
    grow: (receiver, window) => {
      const most = share() - window
      const bytes = Math.floor(Math.min(window, most, free - keptBytes, roomFor(receiver)))
      if (bytes <= 0) return 0
      take(receiver, bytes)
      return bytes
    },
    excess: window => (free > keptBytes ? 0 : Math.max(0, window - share())),
    release: (receiver, bytes) => take(receiver, -bytes),
    forget: flow => {
      recent.delete(flow)
      before.delete(flow)
    },
    sweep: () => {
      before = recent
      recent = new Set()
    },
    get usedBytes() {
      return budgetBytes - free
    },
  }
}
