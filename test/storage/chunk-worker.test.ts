import { hash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import type { FromThread, Job, ThreadData } from '../../storage/chunks/thread-messages.ts'
import { temporaryData } from '../support/chunk-directory.ts'

const MiB = 2 ** 20

test('a thread that is closed while records wait for room stores them all, without spinning', async () => {
  const { chunks: directory, keys } = await temporaryData()
  mkdirSync(directory)
  const data: ThreadData = {
    directory,
    keys,
    nextSegment: new SharedArrayBuffer(4),
    crashAt: null,
    files: new URL('../support/slow-segment-files.ts', import.meta.url).href,
  }
  const worker = new Worker(new URL('../../storage/chunks/chunk-worker.ts', import.meta.url), {
    workerData: data,
  })
  const jobs = Array.from({ length: 6 }, (_, ticket): Job => {
    const memory = new SharedArrayBuffer(4 * MiB)
    const bytes = new Uint8Array(memory)
    bytes.set(randomBytes(bytes.length))
    return {
      kind: 'store',
      ticket,
      id: hash('sha256', bytes),
      plain: { memory, offset: 0, length: bytes.length },
    }
  })
  const stored: number[] = []
  let begun: { cpu: NodeJS.CpuUsage; at: number } | null = null
  worker.on('message', (message: FromThread) => {
    begun ??= { cpu: process.cpuUsage(), at: performance.now() }
    if ('answers' in message) for (const { ok, ticket } of message.answers) if (ok) stored.push(ticket)
  })
  worker.postMessage(jobs)
  worker.postMessage('close')
  await once(worker, 'exit')
  expect(stored.sort()).toEqual(jobs.map(({ ticket }) => ticket))
  const { cpu, at } = begun ?? { cpu: process.cpuUsage(), at: performance.now() }
  const spent = process.cpuUsage(cpu)
  expect((spent.user + spent.system) / 1000).toBeLessThan((performance.now() - at) / 2)
})
