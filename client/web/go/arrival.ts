import type { Secret } from '../../core/peer/api.ts'

const invitationKey = 'wherry:invitation'
const roomKey = 'wherry:receiving'
const attemptKey = 'wherry:joining'

const read = (key: string): string | null => {
  try {
    return sessionStorage.getItem(key)
  } catch {
    return null
  }
}

const write = (key: string, value: string | null): void => {
  try {
    if (value === null) sessionStorage.removeItem(key)
    else sessionStorage.setItem(key, value)
  } catch {
    // It holds until the page is loaded anew.
  }
}

/** A link's secret stays behind its `#`; a code that somebody put there is a code all the same. */
const asInvitation = (hash: string): string => (/^#\d+-[A-Za-z0-9_-]{22}$/.test(hash) ? hash : hash.slice(1))

/**
 * What brought somebody here: the code or secret behind `#`, which is taken out of the address bar and of the history, so
 * that nobody reads it over a shoulder or finds it later; kept for a reload of this tab.
 */
export const takeInvitation = (): string | null => {
  const { hash, pathname, search } = location
  if (hash.length > 1) {
    write(invitationKey, asInvitation(hash))
    setOwnRoom(null)
    history.replaceState(null, '', pathname + search)
  }
  return read(invitationKey)
}

/** Of what a person of this hub offers to the account, opened in the app by a click: nothing to enter, nothing to use up. */
export const isOffer = (invitation: string): boolean => invitation.startsWith('offer-')

export const forgetInvitation = (): void => write(invitationKey, null)

/** The room that this tab receives in, across reloads. Without one it makes no attempt either. */
export const ownRoom = (): string | null => read(roomKey)
export const setOwnRoom = (room: string | null): void => {
  write(roomKey, room)
  if (room === null) setOwnAttempt(null)
}

/** What this tab does with a code until it is remembered what came of it: a reload goes on with the same. */
export type Attempt = {
  slot: number
  /** Id of the seat: the slot admits nobody else after it was used. */
  seat: string
  secret: Pick<Secret, 'via' | 'secret'>
  /** Of the run of pairing. */
  seed: string
}

export const ownAttempt = (): Attempt | null => JSON.parse(read(attemptKey) ?? 'null')
export const setOwnAttempt = (attempt: Attempt | null): void => {
  // What was there is over, also where there is no room for the next.
  write(attemptKey, null)
  if (attempt) write(attemptKey, JSON.stringify(attempt))
}
