import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { Kysely } from 'kysely'
import { needsRoom } from '../disk-room.ts'
import { messageOf } from '../message-of.ts'
import { type Item, runBatch } from './batch.ts'
import { checkpoint } from './checkpoint.ts'
import { openDatabase } from './database.ts'
import { IndexDialect } from './dialect.ts'
import type { Tables } from './tables.ts'
import { createTurns } from './turns.ts'
import type { FromWriter, IndexCrashPoint, ToWriter, WriterData } from './writer-messages.ts'

const idleMs = 1_000
/** Writes of one transaction. */
const batchItems = 64

/**
 * The only writer of the index, in a thread of its own. What arrived while a commit ran shares the next one, so that an
 * fsync is paid once for many; alone, a write does not wait.
 */
const serve = (port: MessagePort, { file, spaceEntries, crashAt }: WriterData): void => {
  const database = openDatabase(file, { readonly: false })
  const db = new Kysely<Tables>({ dialect: new IndexDialect(database) })
  const turns = createTurns()
  let running = false
  let closing = false
  let broken = false
  let idleTimer: NodeJS.Timeout | undefined

  const say = (message: FromWriter): void => port.postMessage(JSON.stringify(message))
  const crash = (point: IndexCrashPoint): void => {
    if (crashAt?.point === point && crashAt.after-- <= 0) process.kill(process.pid, 'SIGKILL')
  }
  const hear = (text: string): void => {
    const message = JSON.parse(text) as ToWriter
    if (message.kind === 'close') closing = true
    else turns.push(message.items)
  }

  const failed = (ids: number[], error: unknown): void => {
    const full = needsRoom(error)
    broken ||= !full
    say({ kind: 'failed', ids, full, message: messageOf(error) })
  }

  /** Answers those of the items that are settled: one that takes long leaves those after it to the next transaction. */
  const commit = async (items: readonly Item[]): Promise<readonly Item[]> => {
    try {
      if (broken) throw new Error('The index failed before.')
      const { outcomes, effects } = await runBatch(db, items, {
        spaceEntries,
        beforeCommit: () => crash('beforeCommit'),
      })
      crash('committed')
      say({ kind: 'done', outcomes, effects: { ...effects, seqs: [...effects.seqs] } })
      return items.slice(0, outcomes.length)
    } catch (error) {
      failed(
        items.map(item => item.id),
        error,
      )
      return items
    }
  }

  /** While nothing is to do, so that the WAL is short at the next start and commits seldom wait for a checkpoint. */
  const checkpointSoon = (): void => {
    clearTimeout(idleTimer)
    idleTimer = setTimeout(() => {
      if (running) return
      try {
        checkpoint(database)
      } catch (error) {
        failed([], error)
      }
    }, idleMs)
  }

  const run = async (): Promise<void> => {
    running = true
    for (let items = turns.next(batchItems); items.length > 0; items = turns.next(batchItems)) {
      const settled = await commit(items)
      for (let more = receiveMessageOnPort(port); more !== undefined; more = receiveMessageOnPort(port))
        hear(more.message)
      turns.done(settled)
    }
    running = false
    if (!closing) return checkpointSoon()
    clearTimeout(idleTimer)
    database.close()
    say({ kind: 'closed' })
    port.close()
  }

  port.on('message', (text: string) => {
    hear(text)
    if (!running) void run()
  })
}

if (parentPort !== null) serve(parentPort, workerData as WriterData)
