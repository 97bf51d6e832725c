import { WherryError } from '../../../protocol/errors.ts'
import type { Output } from './output.ts'
import { unreachable } from './unreachable.ts'

/** How long a first connection may take before the command says that the hub cannot be reached, in milliseconds. */
const connectTimeoutMs = 15_000

/** The first connection to a hub: what passes is waited for and told once, what lasts ends it, and so does Ctrl+C. */
export const startAttempt = (address: string, output: Output, signal: AbortSignal) => {
  const { promise: failure, reject: fail } = Promise.withResolvers<never>()
  let isOver = false
  let why: string | null = null
  const giveUp = () => {
    const words = why === null ? 'does not answer' : `cannot be reached: ${why}`
    fail(new WherryError('disconnected', `The hub at ${address} ${words}.`))
  }
  const stop = () => fail(new WherryError('cancelled'))
  const timer = setTimeout(giveUp, connectTimeoutMs)
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()

  return {
    failure,
    fail,
    /** A socket was not opened, or ended by an error. */
    notOpened(error: Error) {
      if (isOver) return
      const found = unreachable(error)
      if (why === null && !found.lasts) output.note(`${address}: ${found.why}. Trying again …`)
      why = found.why
      if (found.lasts) giveUp()
    },
    end() {
      isOver = true
      clearTimeout(timer)
      signal.removeEventListener('abort', stop)
    },
  }
}
