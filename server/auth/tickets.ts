import { randomBytes } from 'node:crypto'

/** A ticket stands for a refresh token for one minute, once. */
export type Tickets = {
  issue(refresh: string): string
  /** Null for a ticket that is unknown, used or too old. */
  redeem(ticket: string): string | null
}

const ticketMs = 60_000

/** Tickets live in memory: a restart of the hub in that minute means signing in again. */
export const createTickets = (clock: () => number): Tickets => {
  const tickets = new Map<string, { refresh: string; expiresAt: number }>()
  const forgetOld = (): void => {
    for (const [ticket, { expiresAt }] of tickets) {
      // In the order of their issue: the first that is good ends the search.
      if (expiresAt > clock()) return
      tickets.delete(ticket)
    }
  }
  return {
    issue: refresh => {
      forgetOld()
      const ticket = randomBytes(24).toString('base64url')
      tickets.set(ticket, { refresh, expiresAt: clock() + ticketMs })
      return ticket
    },
    redeem: ticket => {
      forgetOld()
      const found = tickets.get(ticket)
      tickets.delete(ticket)
      return found?.refresh ?? null
    },
  }
}
