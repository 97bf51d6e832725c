import { hash } from 'node:crypto'
import { Worker } from 'node:worker_threads'
import type { Hashing } from '../core/hashing.ts'
import { wasmSearch } from './wasm-search.ts'

/** What the thread is asked for, and what it answers in the same order. */
export type HashRequest = { memory: SharedArrayBuffer; start: number; length: number }

/** Below this, hashing takes less time than asking another thread. */
const worthAsking = 64 * 1024

/**
 * Hashes in a thread of its own, in place: WebCrypto copies its input on the calling thread, which takes as long as
 * hashing it. It starts with the first large one; until it listens, 50 ms later where that was measured, the calling
 * thread hashes. It keeps the process alive only while it works.
 */
export const threadHashing = (): Hashing & { close(): void } => {
  const waiting: { resolve(hash: string): void; reject(error: Error): void }[] = []
  let worker: Worker | null = null
  let isListening = false

  const failAll = (error: Error) => {
    worker = null
    isListening = false
    for (const one of waiting.splice(0)) one.reject(error)
  }

  const start = (): Worker => {
    const started = new Worker(new URL('./hash-worker.ts', import.meta.url))
    started.on('message', (digest: string | null) => {
      if (digest === null) {
        isListening = true
        return
      }
      waiting.shift()?.resolve(digest)
      if (waiting.length === 0) started.unref()
    })
    started.on('error', failAll)
    // Last: a listener for messages keeps the process alive.
    started.unref()
    return started
  }

  const ask = (thread: Worker, request: HashRequest): Promise<string> =>
    new Promise((resolve, reject) => {
      thread.ref()
      waiting.push({ resolve, reject })
      thread.postMessage(request)
    })

  return {
    ...wasmSearch(),
    async sha256(bytes) {
      const { buffer, byteOffset, length } = bytes
      const isShared = buffer instanceof SharedArrayBuffer
      if (!isShared || length < worthAsking) return hash('sha256', bytes, 'hex')
      worker ??= start()
      if (!isListening) return hash('sha256', bytes, 'hex')
      return ask(worker, { memory: buffer, start: byteOffset, length })
    },
    close() {
      void worker?.terminate()
      failAll(new Error('hashing was closed'))
    },
  }
}
