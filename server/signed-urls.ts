/** What a signed address stands for. */
export type SignedTarget = {
  user: string
  session: string
  entries: readonly string[]
  /** The version of the one file it names; null for a zip. */
  version: string | null
  purpose: 'save' | 'view'
}

/** Addresses below /d/ that carry an encrypted token; whoever opens one still asks whether its user may read. */
export type SignedUrls = {
  /** An address relative to the hub, ending in the name that a plain client would save under. */
  make(target: SignedTarget, fileName: string): Promise<{ url: string; expiresAt: number }>
  /** Throws `link_expired` for a token that is foreign, broken or too old. */
  open(token: string): Promise<SignedTarget>
}
