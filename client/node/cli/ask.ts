import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { WherryError } from '../../../protocol/errors.ts'

/** Asks a person on the terminal; where standard input is none, its lines are the answers. */
export type Asker = {
  /** Null when the input ended. Rejects with `cancelled` when the signal aborts. */
  ask(question: string): Promise<string | null>
  /** Gives standard input back. */
  close(): void
}

/** What is typed is `shown` or `unseen` on the terminal; `silent` asks nothing and takes lines, of a terminal too. */
type Manner = 'shown' | 'unseen' | 'silent'

const nowhere = () => new Writable({ write: (_chunk, _encoding, done) => done() })

export const createAsker = (
  output: { readonly json: boolean },
  signal: AbortSignal,
  manner: Manner = 'shown',
): Asker => {
  const isTerminal = process.stdin.isTTY === true && manner !== 'silent'
  const lines: string[] = []
  let waiting: ((line: string | null) => void) | null = null
  let hasEnded = false

  /** Lines may come together: each answers one question. */
  const settle = (line: string | null) => {
    const resolve = waiting
    waiting = null
    resolve?.(line)
  }

  const start = () => {
    const reader = createInterface({
      input: process.stdin,
      ...(isTerminal ? { output: manner === 'unseen' ? nowhere() : process.stderr, terminal: true } : {}),
    })
    reader.on('line', line => {
      if (isTerminal && manner === 'unseen') process.stderr.write('\n')
      if (waiting) settle(line)
      else lines.push(line)
    })
    reader.on('close', () => {
      hasEnded = true
      settle(null)
    })
    // In raw mode Ctrl+C is a key: it is made the signal that it is everywhere else.
    reader.on('SIGINT', () => process.kill(process.pid, 'SIGINT'))
    return reader
  }
  let reader: ReturnType<typeof start> | null = null

  return {
    async ask(question) {
      reader ??= start()
      if (isTerminal || (!output.json && manner !== 'silent')) process.stderr.write(question)
      const next = lines.shift()
      if (next !== undefined || hasEnded) return next ?? null
      const { promise, resolve, reject } = Promise.withResolvers<string | null>()
      waiting = resolve
      const abort = () => reject(new WherryError('cancelled'))
      if (signal.aborted) abort()
      signal.addEventListener('abort', abort)
      return promise.finally(() => signal.removeEventListener('abort', abort))
    },
    close() {
      reader?.close()
      if (reader) process.stdin.unref?.()
    },
  }
}
