/** Wakes whoever waits: what changed is looked up by the waiter, who loops. */
export type Bell = { ring(): void; rung(): Promise<void> }

export const createBell = (): Bell => {
  let next = Promise.withResolvers<void>()
  return {
    ring() {
      const now = next
      next = Promise.withResolvers<void>()
      now.resolve()
    },
    rung: () => next.promise,
  }
}
