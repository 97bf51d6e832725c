import type { WherryError } from '../../protocol/errors.ts'
import type { ChunkRef } from '../../protocol/values.ts'
import { type Deferred, deferred } from './deferred.ts'

/** An upload.declare that is under way or was answered: null once it holds, or why it failed. */
export type Declaration = {
  readonly from: number
  readonly chunks: readonly ChunkRef[]
  readonly outcome: Deferred<WherryError | null>
}

/** A chunk that the hub needs, or will need if its declaration holds. */
export type Wanted = { readonly ref: ChunkRef; readonly declaration: Declaration }

/** What is known of an index: wanted, stored before, declared but not looked up yet, or never declared. */
export type Known = Wanted | 'stored' | 'unread' | 'undeclared'

/** The chunks of one upload as far as its stream knows them: only those that are missing take memory. */
export type DeclaredChunks = {
  readonly wanted: ReadonlyMap<number, Wanted>
  /** Indexes below this are wanted or stored, but for those before the first one that was learned. */
  readonly end: number
  announce(from: number, chunks: readonly ChunkRef[]): Declaration
  /** The declaration holds and the hub needs `missing` of it; answers the indexes that turned out stored. */
  hold(declaration: Declaration, missing: readonly number[]): number[]
  /** The declaration failed; answers the indexes that are wanted no more. */
  fail(declaration: Declaration, error: WherryError): number[]
  /** Chunks declared on an earlier stream, from any of them on; `declaredChunks` is how many there are in all. */
  learn(from: number, chunks: readonly (ChunkRef & { stored: boolean })[], declaredChunks: number): void
  lookUp(index: number): Known
  stored(index: number): void
}

export const declaredChunks = (): DeclaredChunks => {
  const wanted = new Map<number, Wanted>()
  let begin = 0
  let end = 0
  let declaredBefore = 0

  const forget = (declaration: Declaration, isKept: (index: number) => boolean): number[] => {
    const gone: number[] = []
    for (let i = 0; i < declaration.chunks.length; i++) {
      const index = declaration.from + i
      if (wanted.get(index)?.declaration !== declaration || isKept(index)) continue
      wanted.delete(index)
      gone.push(index)
    }
    return gone
  }

  const want = (declaration: Declaration, isNeeded: (index: number) => boolean): void => {
    declaration.chunks.forEach((ref, i) => {
      const index = declaration.from + i
      if (!wanted.has(index) && isNeeded(index)) wanted.set(index, { ref, declaration })
    })
  }

  return {
    wanted,
    get end() {
      return end
    },
    announce: (from, chunks) => {
      const declaration = { from, chunks, outcome: deferred<WherryError | null>() }
      want(declaration, () => true)
      return declaration
    },
    hold: (declaration, missing) => {
      const needed = new Set(missing)
      const gone = forget(declaration, index => needed.has(index))
      // Another declaration may have wanted them first, and failed since.
      want(declaration, index => needed.has(index))
      if (declaration.from <= end) end = Math.max(end, declaration.from + declaration.chunks.length)
      declaration.outcome.resolve(null)
      return gone
    },
    fail: (declaration, error) => {
      if (declaration.outcome.settled) return []
      declaration.outcome.resolve(error)
      return forget(declaration, () => false)
    },
    learn: (from, chunks, total) => {
      declaredBefore = Math.max(declaredBefore, total)
      const outcome = deferred<WherryError | null>()
      outcome.resolve(null)
      const declaration = { from, chunks, outcome }
      chunks.forEach(({ hash, size, stored }, i) => {
        if (!stored && !wanted.has(from + i)) wanted.set(from + i, { ref: { hash, size }, declaration })
      })
      if (end === 0) begin = end = from
      if (from <= end) end = Math.max(end, from + chunks.length)
    },
    lookUp: index => {
      const found = wanted.get(index)
      if (found) return found
      if (index >= begin && index < end) return 'stored'
      return index < declaredBefore ? 'unread' : 'undeclared'
    },
    stored: index => {
      wanted.delete(index)
    },
  }
}
