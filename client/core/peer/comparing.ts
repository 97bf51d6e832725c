import type { ByPerson, Comparison, Secret } from './api.ts'
import { emojiOf } from './pairing/emoji.ts'
import type { Paired } from './pairing/pairing-sides.ts'

/** What of a comparison outlives a reload: the emoji come from the secret that is kept beside it. */
export type KeptComparison = Pick<Comparison, 'trust' | 'isDone'>

export const keptComparison = (comparison: Comparison | null): KeptComparison | null =>
  comparison && { trust: comparison.trust, isDone: comparison.isDone }

/** What people have to compare after a first pairing, or after one again of what was kept; null for a code or a link. */
export const comparisonOf = (
  { keys, via }: Paired,
  secrets: readonly (Secret | ByPerson)[],
  kept: KeptComparison | null = null,
): Comparison | null => {
  const emoji = emojiOf(keys.again)
  if (via === 'trusted') return { emoji, trust: 'proven', isDone: true }
  if (via !== 'person') return kept && { emoji, ...kept }
  const hasTrusted = secrets.some(one => one.via === 'person' && one.trusted.length > 0)
  return { emoji, trust: hasTrusted ? 'unproven' : 'new', isDone: false }
}
