import { hash } from 'node:crypto'
import { parentPort } from 'node:worker_threads'
import type { HashRequest } from './hashing.ts'

/** It answers null first, to say that it listens. */
parentPort?.postMessage(null)

parentPort?.on('message', ({ memory, start, length }: HashRequest) => {
  parentPort?.postMessage(hash('sha256', new Uint8Array(memory, start, length), 'hex'))
})
