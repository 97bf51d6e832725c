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

/** Starts a worker; our Content Security Policy lets scripts come from the Trusted Types policy `wherry-worker` only. */
export const startWorker = (name: WorkerName): Worker => {
  const { trustedTypes } = globalThis as { trustedTypes?: PolicyFactory }
  policy ??= trustedTypes?.createPolicy('wherry-worker', { createScriptURL: url => url }) ?? null
  const url = policy ? policy.createScriptURL(WHERRY_WORKERS[name]) : WHERRY_WORKERS[name]
  return new Worker(url as string, { type: 'module', name: `wherry-${name}` })
}
