import { hash, verify } from '@node-rs/argon2'
import { WherryError } from '../../protocol/errors.ts'

export type Passwords = {
  /** An argon2id hash in PHC form. */
  hash(password: string): Promise<string>
  /** False for a null hash too, after the time that a real one takes, so that unknown accounts are not told apart. */
  verify(hash: string | null, password: string): Promise<boolean>
}

/** OWASP's second choice for argon2id: 19 MiB, two passes, one lane (Password Storage Cheat Sheet). */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

/** At once; each takes a thread and 19 MiB. */
const maxRunning = 2
const maxWaiting = 256

/** Lets `maxRunning` tasks run and `maxWaiting` wait; throws `busy` beyond that. */
const createTurnstile = () => {
  const waiting: (() => void)[] = []
  let running = 0
  return async <T>(task: () => Promise<T>): Promise<T> => {
    if (waiting.length >= maxWaiting) throw new WherryError('busy')
    if (running >= maxRunning) await new Promise<void>(resolve => waiting.push(resolve))
    else running++
    try {
      return await task()
    } finally {
      // The place goes to the next in line, or back.
      const next = waiting.shift()
      if (next === undefined) running--
      else next()
    }
  }
}

export const createPasswords = async (): Promise<Passwords> => {
  const turn = createTurnstile()
  const nobodys = await hash('nobody has this password', cost)
  return {
    hash: password => turn(() => hash(password, cost)),
    verify: (known, password) =>
      turn(async () => {
        const matches = await verify(known ?? nobodys, password)
        return known !== null && matches
      }),
  }
}
