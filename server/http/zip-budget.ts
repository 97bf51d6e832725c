import { WherryError } from '../../protocol/errors.ts'

/** One user has at most this part of the budget. */
const shareOfUser = 1 / 4

/** The memory of one archive's layout. */
export type ZipMemory = {
  /** Takes more; throws `too_large` if the user's share is too small for this archive alone, `too_many_requests` if the user's others leave too little of it, `busy` if those of all do. */
  take(bytes: number): void
  /** Gives all of it back. */
  close(): void
}

/** The memory that the layouts of all archives may take together. */
export const createZipBudget = (budgetBytes: number): { open(user: string): ZipMemory } => {
  const ofUser = new Map<string, number>()
  const mostOfUser = budgetBytes * shareOfUser
  let free = budgetBytes

  const move = (user: string, bytes: number): void => {
    free -= bytes
    const held = (ofUser.get(user) ?? 0) + bytes
    if (held > 0) ofUser.set(user, held)
    else ofUser.delete(user)
  }

  return {
    open(user) {
      let own = 0
      return {
        take(bytes) {
          if (own + bytes > mostOfUser)
            throw new WherryError('too_large', 'That is too much for one archive.')
          if ((ofUser.get(user) ?? 0) + bytes > mostOfUser)
            throw new WherryError(
              'too_many_requests',
              'Your other archives take all the memory that they may. Try again when one of them is over.',
            )
          if (bytes > free)
            throw new WherryError(
              'busy',
              'The archives of others take all the memory there is. Try again later.',
            )
          own += bytes
          move(user, bytes)
        },
        close() {
          move(user, -own)
          own = 0
        },
      }
    },
  }
}
