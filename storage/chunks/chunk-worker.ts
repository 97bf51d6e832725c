import { hash } from 'node:crypto'
import { parentPort, workerData } from 'node:worker_threads'
import { errorSentences, type Reason } from '../../protocol/errors.ts'
import { messageOf } from '../message-of.ts'
import type { ChunkPlace } from './chunk-store.ts'
import { crasher } from './crash.ts'
import { failureReasons, readFailureOf } from './failures.ts'
import { recordLength } from './record.ts'
import { recordCipher } from './record-cipher.ts'
import type { SegmentFiles } from './segment-files.ts'
import { segmentReader } from './segment-reader.ts'
import { segmentWriter } from './segment-writer.ts'
import type { Answer, FromThread, Job, SharedSlice, ThreadData, ToThread } from './thread-messages.ts'

/** A thread of the disk store: hashes, encrypts and appends, reads and decrypts. Entry file of the thread. */
if (!parentPort) throw new Error('This file runs as a worker thread.')
const port = parentPort
const data: ThreadData = workerData
const { files }: { files: SegmentFiles } = await import(data.files)

const turnBytes = 1024 * 1024

const crash = crasher(data.crashAt)
const cipher = recordCipher(data.keys)
const reader = segmentReader(data.directory, files)
const nextSegment = new Int32Array(data.nextSegment)
let answers: Answer[] = []
let queue: Job[] = []
let next = 0
let working = false
let closing = false
let scratch = new Uint8Array(0)

const post = (message: FromThread): void => port.postMessage(message)

const sendAnswers = (): void => {
  if (answers.length > 0) post({ answers })
  answers = []
}

const succeed = (ticket: number, place: ChunkPlace | null = null): void => {
  answers.push({ ticket, ok: true, place })
}

const fail = (ticket: number, reason: Reason, message: string = errorSentences[reason]): void => {
  answers.push({ ticket, ok: false, reason, message })
}

const writer = segmentWriter({
  directory: data.directory,
  files,
  nextNumber: () => Atomics.add(nextSegment, 0, 1),
  onOpened: segment => post({ opened: segment }),
  onDurable: records => {
    for (const { ticket, place } of records) succeed(ticket, place)
    sendAnswers()
  },
  onFailed: (tickets, failure, cause) => {
    for (const ticket of tickets) fail(ticket, failureReasons[failure], messageOf(cause))
    sendAnswers()
  },
  onRoom: () => {
    if (!working) work()
  },
  crash,
})

const viewOf = ({ memory, offset, length }: SharedSlice): Uint8Array => new Uint8Array(memory, offset, length)

const scratchOf = (size: number): Uint8Array => {
  if (scratch.length < size) scratch = new Uint8Array(size)
  return scratch.subarray(0, size)
}

const read = (job: Job & { kind: 'read' | 'check' }): void => {
  const record = reader.read(job.place)
  const plain = job.kind === 'read' ? viewOf(job.plain) : scratchOf(job.size)
  if (record && cipher.open(job.id, record, plain)) succeed(job.ticket)
  else fail(job.ticket, 'chunk_damaged')
}

const append = (job: Job, plain: Uint8Array): void => {
  crash('verified')
  const length = recordLength(plain.length)
  cipher.seal(job.id, plain, writer.room(length))
  writer.push(job.ticket, length)
}

const store = (job: Job & { kind: 'store' | 'verify' }): void => {
  crash('received')
  const plain = viewOf(job.plain)
  if (hash('sha256', plain) !== job.id) fail(job.ticket, 'chunk_mismatch')
  else if (job.kind === 'verify') succeed(job.ticket)
  else append(job, plain)
}

const run = (job: Job): void => {
  try {
    if (job.kind === 'read' || job.kind === 'check') read(job)
    else store(job)
  } catch (error) {
    fail(job.ticket, readFailureOf(error), messageOf(error))
  }
}

const bytesOf = (job: Job): number => (job.kind === 'check' ? job.size : job.plain.length)

const close = async (): Promise<void> => {
  await writer.close()
  reader.close()
  port.close()
}

/** Works for about a millisecond, then lets finished writes and syncs go on. Stops where there is no room for a record. */
const work = (): void => {
  let bytes = 0
  let isFull = false
  while (bytes < turnBytes) {
    const job = queue[next]
    if (!job) break
    isFull = job.kind === 'store' && !writer.hasRoom(recordLength(job.plain.length))
    if (isFull) break
    next++
    run(job)
    bytes += bytesOf(job)
  }
  writer.flush()
  sendAnswers()
  const isDone = next === queue.length
  working = !isDone && !isFull
  if (working) setImmediate(work)
  if (isDone) {
    queue = []
    next = 0
    if (closing) void close()
  }
}

port.on('message', (message: ToThread) => {
  if (message === 'close') {
    closing = true
    if (queue.length === 0) void close()
    return
  }
  queue = queue.slice(next).concat(message)
  next = 0
  if (!working) work()
})
