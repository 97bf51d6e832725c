import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { WherryError } from '../../../protocol/errors.ts'
import type { Output } from './output.ts'

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
  output: Pick<Output, 'json' | 'setQuestion'>,
  signal: AbortSignal,
  manner: Manner = 'shown',
): Asker => {
  const isTerminal = process.stdin.isTTY === true && manner !== 'silent'
  const isShown = isTerminal || (!output.json && manner !== 'silent')
  const lines: string[] = []
  let waiting: ((line: string | null) => void) | null = null
  let hasEnded = false

  /** What is told next has a line of its own. */
  const leaveQuestion = () => {
    if (isShown) process.stderr.write('\n')
  }

  /** Lines may come together: each answers one question. */
  const settle = (line: string | null) => {
    const resolve = waiting
    if (!resolve) return
    waiting = null
    output.setQuestion(null)
    if (line === null) leaveQuestion()
    resolve(line)
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

  /** With what was typed already. */
  const show = (question: string) => {
    if (!isTerminal || manner !== 'shown') return void process.stderr.write(question)
    reader?.setPrompt(question)
    reader?.prompt(true)
  }

  return {
    async ask(question) {
      reader ??= start()
      if (isShown) show(question)
      const next = lines.shift()
      if (next !== undefined) return next
      if (hasEnded) {
        leaveQuestion()
        return null
      }
      const { promise, resolve, reject } = Promise.withResolvers<string | null>()
      waiting = resolve
      if (isShown) output.setQuestion(() => show(question))
      const abort = () => {
        reject(new WherryError('cancelled'))
        settle(null)
      }
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
