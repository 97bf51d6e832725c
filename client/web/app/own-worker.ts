import { workerReady } from './worker-ready.ts'

type WorkerName = 'uploads' | 'receive'

declare global {
  /** Only what the bundler put here is a worker of ours. */
  const WHERRY_WORKERS: Record<WorkerName, string>
}

type ScriptPolicy = { createScriptURL(url: string): unknown }
type PolicyFactory = {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): ScriptPolicy
}

/** A page can make it once. */
let policy: ScriptPolicy | null = null

/** Our Content Security Policy lets scripts come from the Trusted Types policy `wherry-worker` only. */
const newWorker = (name: WorkerName): Worker => {
  const { trustedTypes } = globalThis as { trustedTypes?: PolicyFactory }
  policy ??= trustedTypes?.createPolicy('wherry-worker', { createScriptURL: url => url }) ?? null
  const url = policy ? policy.createScriptURL(WHERRY_WORKERS[name]) : WHERRY_WORKERS[name]
  return new Worker(url as string, { type: 'module', name: `wherry-${name}` })
}

/** A worker whose script is loaded again and again until it comes: what it is given waits for that. */
export type OwnWorker = {
  post(message: unknown, transfers?: Transferable[]): void
  /** One listener hears what the worker tells. */
  hear(listener: (message: unknown) => void): void
  close(): void
}

const retryMs = 2000
/** Failures after which it is said that the script does not come. */
const mostFailures = 3

/** `missing` is called once if the script does not come in the first tries. */
export const startWorker = (name: WorkerName, missing: () => void): OwnWorker => {
  let current: Worker
  let isReady = false
  let failures = 0
  let retry: ReturnType<typeof setTimeout> | undefined
  let waiting: { message: unknown; transfers: Transferable[] }[] = []
  let listener = (_message: unknown): void => {}

  const load = () => {
    current = newWorker(name)
    current.onmessage = ({ data }: MessageEvent) => {
      if (data !== workerReady) return listener(data)
      isReady = true
      for (const { message, transfers } of waiting) current.postMessage(message, transfers)
      waiting = []
    }
    current.onerror = () => {
      if (isReady) return
      current.terminate()
      if (++failures === mostFailures) missing()
      retry = setTimeout(load, retryMs)
    }
  }
  load()

  return {
    post(message, transfers = []) {
      if (isReady) current.postMessage(message, transfers)
      else waiting.push({ message, transfers })
    },
    hear(heard) {
      listener = heard
    },
    close() {
      clearTimeout(retry)
      current.terminate()
    },
  }
}
