import type { ByPerson, Comparison, Secret } from './api.ts'
import { emojiOf } from './pairing/emoji.ts'
import type { Paired } from './pairing/pairing-sides.ts'
import { deviceSecretOf } from './pairing/trusted.ts'
import type { StatusBoard } from './transfer/status.ts'

/** What of a comparison outlives a reload: the emoji come from the secret that is kept beside it. */
export type KeptComparison = Pick<Comparison, 'trust' | 'isDone'>

type ComparingOptions = {
  secrets: readonly (Secret | ByPerson)[]
  comparison?: KeptComparison | null | undefined
  onTrust?: ((deviceSecret: string) => void) | undefined
}

/** What people have to compare after a first pairing, or after one again of what was kept; null for a code or a link. */
const comparisonOf = (
  { keys, via }: Paired,
  { secrets, comparison = null }: ComparingOptions,
): Comparison | null => {
  const emoji = emojiOf(keys.again)
  if (via === 'trusted') return { emoji, trust: 'proven', isDone: true }
  if (via !== 'person') return comparison && { emoji, ...comparison }
  const hasTrusted = secrets.some(one => one.via === 'person' && one.trusted.length > 0)
  return { emoji, trust: hasTrusted ? 'unproven' : 'new', isDone: false }
}

/** The comparing of one transfer, told by its status. */
export const createComparing = (status: StatusBoard, options: ComparingOptions) => {
  return {
    /** People have not compared yet. */
    get isOpen(): boolean {
      return status.now.comparison?.isDone === false
    },
    get kept(): KeptComparison | null {
      const { comparison } = status.now
      return comparison && { trust: comparison.trust, isDone: comparison.isDone }
    },
    paired(paired: Paired): void {
      status.set({ comparison: status.now.comparison ?? comparisonOf(paired, options) })
    },
    /** `trust`: for later, too; a device that proved itself is known already. `again`: what the pairing is repeated with. */
    done(trust: boolean, again: string | null): void {
      const { comparison } = status.now
      if (!comparison || again === null) return
      if (trust && comparison.trust !== 'proven') options.onTrust?.(deviceSecretOf(again))
      status.set({ comparison: { ...comparison, isDone: true } })
    },
  }
}
