import { limits } from '../../../protocol/limits.ts'
import type { ChunkRef } from '../../../protocol/values.ts'

/** Bytes that one download.read asks for, more only if its first chunk is larger. */
const readBytes = 4 * 1024 * 1024
/** Bytes that are asked for, on their way, or not yet written. */
const windowBytes = 16 * 1024 * 1024

/** Which chunks of a download are still to be asked for, and how much may be on its way. */
export const createDownloadPlan = (refs: readonly ChunkRef[], there: ReadonlySet<number>) => {
  const positions = new Float64Array(refs.length)
  let end = 0
  for (const [index, ref] of refs.entries()) {
    positions[index] = end
    end += ref.size
  }
  const todo = new Set<number>()
  for (const index of refs.keys()) if (!there.has(index)) todo.add(index)
  const underWay = new Set<number>()
  const written = new Set<number>()
  let openBytes = 0

  const sizeOf = (index: number): number => refs[index]?.size ?? 0

  return {
    positionOf: (index: number): number => positions[index] ?? 0,
    isWanted: (index: number): boolean => underWay.has(index),
    get isDone(): boolean {
      return todo.size === 0 && underWay.size === 0
    },
    get hasWritten(): boolean {
      return written.size > 0
    },
    /** The next chunks to ask for, in a row, `first` before others; null if there are none or no more may be on its way. */
    nextRead(first: number | undefined): { from: number; count: number } | null {
      const from = first !== undefined && todo.has(first) ? first : todo.values().next().value
      if (from === undefined) return null
      if (openBytes > 0 && openBytes + sizeOf(from) > windowBytes) return null
      let count = 0
      let bytes = 0
      while (count < limits.readChunks && todo.has(from + count)) {
        const size = sizeOf(from + count)
        if (count > 0 && (bytes + size > readBytes || openBytes + bytes + size > windowBytes)) break
        bytes += size
        count++
      }
      for (let index = from; index < from + count; index++) {
        todo.delete(index)
        underWay.add(index)
      }
      openBytes += bytes
      return { from, count }
    },
    written(index: number): void {
      if (underWay.delete(index)) openBytes -= sizeOf(index)
      written.add(index)
    },
    /** Asks for it again, behind the others. */
    again(index: number): void {
      if (!underWay.delete(index)) return
      openBytes -= sizeOf(index)
      todo.add(index)
    },
    /** The connection is lost: what was on its way is asked for again; what is being written is not. */
    restart(isBeingWritten: (index: number) => boolean): void {
      for (const index of [...underWay]) if (!isBeingWritten(index)) this.again(index)
    },
  }
}
