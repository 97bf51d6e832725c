import type { ChunkRef } from '../../../protocol/values.ts'
import type { Blocks } from '../blocks.ts'

type Slice = { index: number; offset: number; last: boolean; bytes: Uint8Array<ArrayBuffer> }

/** A chunk that arrived whole; not verified yet. `release` gives its memory back. */
export type ArrivedChunk = { index: number; bytes: Uint8Array; release(): void }

/** Puts slices together to chunks. A chunk in one slice is not copied; others go to blocks. */
export const createAssembly = (blocks: Blocks, arrived: (chunk: ArrivedChunk) => void) => {
  const open = new Map<number, { buffer: Uint8Array; received: number }>()
  const drop = (index: number): void => {
    const chunk = open.get(index)
    if (chunk) blocks.keep(chunk.buffer)
    open.delete(index)
  }
  return {
    /** Slices that do not follow on those before, or that nobody asked for, are dropped: their chunk is asked for again. */
    add({ index, offset, last, bytes }: Slice, ref: ChunkRef | undefined): void {
      if (!ref || offset + bytes.length > ref.size) return
      if (offset === 0 && last) {
        drop(index)
        arrived({ index, bytes, release: () => {} })
        return
      }
      if (offset === 0) {
        drop(index)
        open.set(index, { buffer: blocks.take(), received: 0 })
      }
      const chunk = open.get(index)
      if (!chunk || chunk.received !== offset) return
      blocks.copy(bytes, chunk.buffer, offset)
      chunk.received += bytes.length
      if (!last) return
      open.delete(index)
      const { buffer, received } = chunk
      arrived({ index, bytes: buffer.subarray(0, received), release: () => blocks.keep(buffer) })
    },
    /** A chunk that arrived in part, and how much of it. */
    get begun(): { index: number; received: number } | null {
      const [first] = open
      return first ? { index: first[0], received: first[1].received } : null
    },
    drop,
    /** The connection is another one: it goes on with one chunk, others come again from their start. */
    restart(): void {
      for (const index of [...open.keys()].slice(1)) drop(index)
    },
    reset(): void {
      for (const index of open.keys()) drop(index)
    },
  }
}
