import { Worker } from 'node:worker_threads'
import { type Reason, WherryError } from '../../protocol/errors.ts'
import type { Actor, Commit } from '../storage.ts'
import type { Item, Outcome, SentError } from './batch.ts'
import type { OperationAnswer, OperationArgs, OperationName } from './operations.ts'
import type { FromWriter, IndexCrash, ToWriter, WriterData } from './writer-messages.ts'

/** The road of every change: into the writer's thread and its transactions. */
export type Writer = {
  /** Durable when it resolves. With a request id, a repetition has one effect and one answer. */
  run<N extends OperationName>(
    op: N,
    args: OperationArgs<N>,
    actor?: Actor | null,
  ): Promise<OperationAnswer<N>>
  onCommit(listener: (commit: Commit) => void): () => void
  /** Null while all is well, else why no write is taken any more, as a sentence. */
  problem(): string | null
  /** The last write found no room on the disk; the next may. */
  isFull(): boolean
  /** Resolves when all writes before it are settled and the index is closed. */
  close(): Promise<void>
}

type Waiting = { resolve(answer: unknown): void; reject(error: Error): void }

export const startWriter = async (options: {
  file: string
  clock: () => number
  /** Files, folders and unfinished uploads that a space may hold; by default without bound. */
  spaceEntries?: number
  crashAt?: IndexCrash | null
  /** Whether the disk has room for more than what fits by chance, where it was full; by default it has. */
  hasRoom?: () => boolean
  /** Is told once why no write is taken any more, and each time that the disk becomes full. */
  warn?: (message: string) => void
}): Promise<Writer> => {
  const { file, spaceEntries = Number.MAX_SAFE_INTEGER, crashAt = null } = options
  const workerData: WriterData = { file, spaceEntries, crashAt }
  const worker = new Worker(new URL('./writer-worker.ts', import.meta.url), {
    workerData,
    execArgv: ['--disable-warning=ExperimentalWarning'],
  })
  const waiting = new Map<number, Waiting>()
  const listeners = new Set<(commit: Commit) => void>()
  const closed = Promise.withResolvers<void>()
  let outbox: Item[] = []
  let nextId = 1
  let problem: string | null = null
  let isFull = false
  let closing = false
  let isClosed = false

  const say = (message: ToWriter): void => worker.postMessage(JSON.stringify(message))
  const send = (): void => {
    if (outbox.length > 0) say({ kind: 'items', items: outbox })
    outbox = []
  }
  const settle = (outcome: Outcome): void => {
    const promise = waiting.get(outcome.id)
    waiting.delete(outcome.id)
    if (outcome.ok) promise?.resolve(outcome.answer)
    else promise?.reject(received(outcome.error))
  }
  const breakDown = (reason: string): void => {
    if (problem !== null) return
    problem = `The index takes no more changes: ${reason}`
    if (!isClosed) options.warn?.(problem)
  }
  const stopWith = (reason: string): void => {
    breakDown(reason)
    for (const promise of waiting.values()) promise.reject(new WherryError('storage_read_only'))
    waiting.clear()
    closed.resolve()
  }
  const hear = (message: FromWriter): void => {
    if (message.kind === 'closed') {
      isClosed = true
      closed.resolve()
    } else if (message.kind === 'done') {
      isFull &&= !(options.hasRoom?.() ?? true)
      const commit = { ...message.effects, seqs: new Map(message.effects.seqs) }
      for (const listener of listeners) listener(commit)
      message.outcomes.forEach(settle)
    } else refuse(message)
  }
  const refuse = (message: FromWriter & { kind: 'failed' }): void => {
    if (message.full && !isFull) options.warn?.(`The disk is full: ${message.message}`)
    isFull = message.full
    if (!message.full) breakDown(message.message)
    const reason = message.full ? 'storage_full' : 'storage_read_only'
    const error = { reason, message: new WherryError(reason).message, details: {} }
    for (const id of message.ids) settle({ id, ok: false, error })
  }
  worker.on('message', (text: string) => hear(JSON.parse(text) as FromWriter))
  worker.on('error', error => stopWith(error.message))
  worker.on('exit', () => stopWith('its writer ended.'))

  return {
    run: (op, args, actor = null) => {
      if (problem !== null) return Promise.reject(new WherryError('storage_read_only'))
      if (closing) return Promise.reject(new WherryError('closing'))
      const { promise, resolve, reject } = Promise.withResolvers<unknown>()
      const id = nextId++
      waiting.set(id, { resolve, reject })
      outbox.push({ id, op, args, actor, now: options.clock() })
      if (outbox.length === 1) queueMicrotask(send)
      return promise as Promise<OperationAnswer<typeof op>>
    },
    onCommit(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    problem: () => problem,
    isFull: () => isFull,
    async close() {
      const known = problem
      send()
      if (!closing) say({ kind: 'close' })
      closing = true
      await closed.promise
      await worker.terminate()
      problem = known
    },
  }
}

const received = (error: SentError): Error => {
  if (error.reason !== null) return new WherryError(error.reason as Reason, error.message, error.details)
  return new Error(`A write failed: ${error.message}`, { cause: error.stack })
}
