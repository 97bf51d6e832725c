declare global {
  /** Only what the bundler put here is a worker of ours. */
  const WHERRY_WORKERS: { uploads: string }
}

type ScriptPolicy = { createScriptURL(url: string): unknown }
type PolicyFactory = {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): ScriptPolicy
}

/** Starts the upload worker; our Content Security Policy lets scripts come from the Trusted Types policy `wherry-worker` only. */
export const startUploadWorker = (): Worker => {
  const { trustedTypes } = globalThis as { trustedTypes?: PolicyFactory }
  const policy = trustedTypes?.createPolicy('wherry-worker', { createScriptURL: url => url })
  const url = policy ? policy.createScriptURL(WHERRY_WORKERS.uploads) : WHERRY_WORKERS.uploads
  return new Worker(url as string, { type: 'module', name: 'wherry-uploads' })
}
