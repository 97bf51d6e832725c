import { WherryError } from '../../protocol/errors.ts'
import { limits } from '../../protocol/limits.ts'

/** What a lease tells its connection, and what it has to know of it. */
export type LeaseHolder = {
  /** More may be sent from now on. */
  granted(bytes: number): void
  /** Bytes that chunks which were begun lack to be whole. */
  lackingBytes(): number
  /** It held credit that others waited for and sent nothing. */
  stalled(): void
}

/** The credit of one connection. */
export type Lease = {
  /** Wants this much more, or with 0 gives back what was not used; answers what is granted at once. */
  ask(bytes: number): number
  /** Takes received bytes off the credit; throws `window_overrun` if there was less. */
  spend(bytes: number): void
  /** Received bytes are no longer in memory; answers how much of them the client may send again. */
  giveBack(bytes: number): number
  close(): void
}

export type CreditBudget = {
  lease(holder: LeaseHolder): Lease
  /** Ends connections that sit on credit while others wait. To be called every few seconds. */
  endStalled(): void
  /** Lends some where everybody waits. To be called some times a second. */
  moveOn(): void
}

/** Nothing comes and nothing is in memory for so long, while some wait: they wait for each other. */
export const stillMs = 50

export type CreditLimits = { budgetBytes: number; windowBytes: number; stallMs: number }

type Account = {
  holder: LeaseHolder
  free: number
  held: number
  target: number
  movedAt: number
  closed: boolean
}

/**
 * One budget of bytes in memory for all uploads. Each connection gets up to a window of it. When the budget is used up,
 * connections with less than a whole chunk's credit stand in line, and what is given back goes to the longest waiting.
 * Chunks that were begun are finished first. What is left of each one's credit may be too little for its next chunk, and all
 * of that together the whole budget: then nothing comes back any more, and one chunk more than the budget is lent, so that
 * the line always moves.
 */
export const creditBudget = (bounds: CreditLimits, clock: () => number): CreditBudget => {
  const chunkBytes = limits.chunkMaxBytes
  const windowBytes = Math.max(bounds.windowBytes, chunkBytes)
  /** Below zero, by a chunk at most, while one is lent. */
  let pool = Math.max(bounds.budgetBytes, chunkBytes)
  /** In memory, of closed connections too. */
  let heldBytes = 0
  let movedAt = clock()
  const accounts = new Set<Account>()
  /** Those with less credit than a chunk may need, longest waiting first. */
  const line = new Set<Account>()
  /** Those who would take more, but can go on. */
  const hungry = new Set<Account>()

  const total = (account: Account): number => account.free + account.held
  const floor = (account: Account): number => Math.min(account.target, chunkBytes)
  /** What it lacks to the credit of a whole chunk. */
  const shortOf = (account: Account): number => floor(account) - total(account)
  const lack = (account: Account): number =>
    account.held === 0 ? 0 : Math.max(0, account.holder.lackingBytes() - account.free)

  const grant = (account: Account, bytes: number): void => {
    pool -= bytes
    account.free += bytes
    account.movedAt = clock()
  }

  const arrange = (account: Account): void => {
    const waits = !account.closed && shortOf(account) > 0
    if (!waits) line.delete(account)
    else line.add(account)
    if (!waits && !account.closed && total(account) < account.target) hungry.add(account)
    else hungry.delete(account)
  }

  const award = (account: Account, bytes: number): void => {
    grant(account, bytes)
    arrange(account)
    account.holder.granted(bytes)
  }

  const serve = (): void => {
    for (const account of [...line]) {
      const bytes = lack(account)
      if (bytes > 0 && bytes <= pool) award(account, bytes)
    }
    for (const account of [...line]) {
      const bytes = shortOf(account)
      if (bytes > pool) return
      award(account, bytes)
    }
    for (const account of [...hungry]) {
      if (pool <= 0) return
      award(account, Math.min(account.target - total(account), pool))
    }
  }

  /** There is always somebody for whom it is enough: what is left of the credit of whom it was lent to last covers what it lacks. */
  const lend = (): void => {
    const first = [...line].find(account => shortOf(account) <= pool + chunkBytes)
    if (first) award(first, shortOf(first))
  }

  const ask = (account: Account, bytes: number): number => {
    if (bytes === 0) {
      pool += account.free
      account.free = 0
      account.target = 0
      arrange(account)
      serve()
      return 0
    }
    account.target = Math.min(windowBytes, Math.max(account.target, total(account) + bytes))
    const wanted = account.target - total(account)
    const enough = pool >= wanted || total(account) + pool >= floor(account)
    const granted = line.size === 0 && enough ? Math.min(wanted, pool) : 0
    if (granted > 0) grant(account, granted)
    arrange(account)
    return granted
  }

  const spend = (account: Account, bytes: number): void => {
    if (bytes > account.free) throw new WherryError('window_overrun')
    account.free -= bytes
    account.held += bytes
    heldBytes += bytes
    account.movedAt = clock()
    movedAt = account.movedAt
  }

  const giveBack = (account: Account, bytes: number): number => {
    movedAt = clock()
    account.held -= bytes
    heldBytes -= bytes
    const othersWait = line.size > (line.has(account) ? 1 : 0)
    const room = othersWait ? lack(account) : account.target - total(account)
    const kept = account.closed ? 0 : Math.max(0, Math.min(bytes, room))
    account.free += kept
    pool += bytes - kept
    arrange(account)
    serve()
    return kept
  }

  const close = (account: Account): void => {
    if (account.closed) return
    account.closed = true
    accounts.delete(account)
    pool += account.free
    account.free = 0
    arrange(account)
    serve()
  }

  return {
    lease: holder => {
      const account: Account = { holder, free: 0, held: 0, target: 0, movedAt: clock(), closed: false }
      accounts.add(account)
      return {
        ask: bytes => ask(account, bytes),
        spend: bytes => spend(account, bytes),
        giveBack: bytes => giveBack(account, bytes),
        close: () => close(account),
      }
    },
    endStalled: () => {
      if (line.size === 0) return
      const before = clock() - bounds.stallMs
      for (const account of [...accounts]) {
        const owes = account.free > 0 || lack(account) > 0
        if (owes && account.movedAt < before) account.holder.stalled()
      }
    },
    moveOn: () => {
      const isStill = line.size > 0 && heldBytes === 0 && clock() - movedAt >= stillMs
      if (isStill) lend()
    },
  }
}
