import { Worker } from 'node:worker_threads'
import { WherryError } from '../../protocol/errors.ts'
import type { ChunkPlace } from './chunk-store.ts'
import { failureError } from './failures.ts'
import type { Answer, FromThread, Job, ThreadData } from './thread-messages.ts'

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never
export type Task = DistributiveOmit<Job, 'ticket'>

export type ChunkThreadsOptions = {
  count: number
  data: ThreadData
  /** The lowest segment that any thread still appends to; what is in lower ones was synced. */
  onOldestOpen: (segment: number) => unknown
  /** A thread ended by itself. */
  onDeath: (cause: Error) => void
}

/** Threads that work on chunks. */
export type ChunkThreads = {
  /** Answers the place of a stored record, null for other tasks. Throws the WherryError that the thread names. */
  run(task: Task): Promise<ChunkPlace | null>
  close(): Promise<void>
}

type Open = {
  resolve: (place: ChunkPlace | null) => void
  reject: (error: Error) => void
  bytes: number
  kind: Task['kind']
}
type Thread = {
  worker: Worker
  open: Map<number, Open>
  outbox: Job[]
  bytes: number
  segment: number | null
  ended: Promise<void>
  alive: boolean
  hasAnswered: boolean
}

const bytesOf = (task: Task): number => (task.kind === 'check' ? task.size : task.plain.length)

const errorOf = (answer: Answer & { ok: false }): Error =>
  answer.reason === 'internal'
    ? new Error(`A chunk thread failed: ${answer.message}`)
    : failureError(answer.reason, new Error(answer.message))

/** A dead thread ends writing until a restart; a read that it took along may be asked for again. */
const deathOf = (kind: Task['kind'], cause: Error): Error =>
  kind === 'store' || kind === 'verify'
    ? new WherryError('storage_read_only', undefined, {}, { cause })
    : new Error('The chunk thread died that was reading.', { cause })

export const chunkThreads = ({ count, data, onOldestOpen, onDeath }: ChunkThreadsOptions): ChunkThreads => {
  let nextTicket = 1
  let closing = false

  const settle = (thread: Thread, answer: Answer): void => {
    const open = thread.open.get(answer.ticket)
    if (!open) return
    thread.open.delete(answer.ticket)
    thread.hasAnswered = true
    thread.bytes -= open.bytes
    if (answer.ok) open.resolve(answer.place)
    else open.reject(errorOf(answer))
  }

  const oldestOpen = (): number =>
    Math.min(...threads.map(({ segment }) => segment ?? Number.POSITIVE_INFINITY))

  const receive = (thread: Thread, message: FromThread): void => {
    if ('opened' in message) {
      thread.segment = message.opened
      onOldestOpen(oldestOpen())
    } else for (const answer of message.answers) settle(thread, answer)
  }

  const bury = (thread: Thread, cause: Error): void => {
    if (!thread.alive) return
    thread.alive = false
    if (!closing) onDeath(cause)
    for (const { kind, reject } of thread.open.values()) reject(deathOf(kind, cause))
    thread.open.clear()
    // What is stored stays readable; a thread that never did anything would only die again.
    if (!closing && thread.hasAnswered) threads.push(start())
  }

  const start = (): Thread => {
    const worker = new Worker(new URL('./chunk-worker.ts', import.meta.url), { workerData: data })
    const ended = new Promise<void>(resolve => worker.once('exit', () => resolve()))
    const thread: Thread = {
      worker,
      open: new Map(),
      outbox: [],
      bytes: 0,
      segment: null,
      ended,
      alive: true,
      hasAnswered: false,
    }
    worker.on('message', (message: FromThread) => receive(thread, message))
    worker.on('error', cause => bury(thread, new Error('A chunk thread died.', { cause })))
    worker.on('exit', code => bury(thread, new Error(`A chunk thread ended with code ${code}.`)))
    return thread
  }

  const threads = Array.from({ length: count }, start)

  const leastBusy = (): Thread | null =>
    threads.reduce<Thread | null>((best, thread) => {
      if (!thread.alive) return best
      return best === null || thread.bytes < best.bytes ? thread : best
    }, null)

  /** All tasks of a turn travel in one message: a message costs more than a small chunk. */
  const post = (thread: Thread, job: Job): void => {
    thread.outbox.push(job)
    if (thread.outbox.length > 1) return
    queueMicrotask(() => {
      thread.worker.postMessage(thread.outbox)
      thread.outbox = []
    })
  }

  return {
    run(task) {
      const thread = leastBusy()
      if (!thread) return Promise.reject(deathOf(task.kind, new Error('All chunk threads died.')))
      return new Promise((resolve, reject) => {
        const ticket = nextTicket++
        const bytes = bytesOf(task)
        thread.open.set(ticket, { kind: task.kind, resolve, reject, bytes })
        thread.bytes += bytes
        post(thread, { ...task, ticket })
      })
    },
    async close() {
      closing = true
      for (const { worker, alive } of threads) if (alive) worker.postMessage('close')
      await Promise.all(threads.map(({ ended }) => ended))
    },
  }
}
