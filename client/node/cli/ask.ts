import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { WherryError } from '../../../protocol/errors.ts'
import { within } from '../../core/peer/within.ts'
import { systemTimers } from '../../core/timers.ts'
import { UsageError } from './command.ts'
import type { Output } from './output.ts'

/** Asks a person on the terminal; where standard input is none, its lines are the answers. */
export type Asker = {
  /** Null when the input ended. Rejects with `cancelled` when the signal aborts. */
  ask(question: string): Promise<string | null>
  /** No answer can come any more. Input that says nothing and goes on counts as somebody who will answer. */
  hasEnded(): Promise<boolean>
  /** Gives standard input back. */
  close(): void
}

/** What is typed is `shown` or `unseen` on the terminal; `silent` asks nothing and takes lines, of a terminal too. */
type Manner = 'shown' | 'unseen' | 'silent'

/** Input that has ended is known to have within this time, in milliseconds. */
const endMs = 500

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
    // What somebody types in answer ends the line.
    if (line === null || !isTerminal) leaveQuestion()
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
      if (next !== undefined || hasEnded) {
        leaveQuestion()
        return next ?? null
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
    async hasEnded() {
      if (isTerminal) return false
      reader ??= start()
      const heard = Promise.race([once(reader, 'line'), once(reader, 'close')])
      if (lines.length === 0 && !hasEnded) await within(systemTimers, endMs, heard)
      return hasEnded && lines.length === 0
    },
    close() {
      reader?.close()
      if (reader) process.stdin.unref?.()
    },
  }
}

/** What could be asked and cannot be answered here. */
export const nobodyAnswers = (hasToCompare: boolean): UsageError =>
  new UsageError(
    hasToCompare
      ? 'there is no terminal to compare the pictures on'
      : 'there is no terminal to ask on; --yes accepts without asking',
  )
