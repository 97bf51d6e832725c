import type { ChunkRef } from '../../../protocol/values.ts'
import type { Blocks } from '../blocks.ts'

type Slice = { index: number; offset: number; last: boolean; bytes: Uint8Array<ArrayBuffer> }

/** A chunk that arrived whole; not verified yet. `release` gives its memory back. */
export type ArrivedChunk = { index: number; bytes: Uint8Array; release(): void }

/** Puts slices together to chunks. A chunk in one slice is not copied; others go to blocks. */
export const createAssembly = (blocks: Blocks, arrived: (chunk: ArrivedChunk) => void) => {
  const open = new Map<number, { buffer: Uint8Array; received: number }>()
  return {
    /** Slices that do not follow on those before, or that nobody asked for, are dropped: their chunk is asked for again. */
    add({ index, offset, last, bytes }: Slice, ref: ChunkRef | undefined): void {
      if (!ref || offset + bytes.length > ref.size) return
      if (offset === 0 && last) {
        arrived({ index, bytes, release: () => {} })
        return
      }
      if (offset === 0) open.set(index, { buffer: blocks.take(), received: 0 })
      const chunk = open.get(index)
      if (!chunk || chunk.received !== offset) return
      blocks.copy(bytes, chunk.buffer, offset)
      chunk.received += bytes.length
      if (!last) return
      open.delete(index)
      const { buffer, received } = chunk
      arrived({ index, bytes: buffer.subarray(0, received), release: () => blocks.keep(buffer) })
    },
    /** The connection is another one: what was begun comes again from its start. */
    reset(): void {
      for (const { buffer } of open.values()) blocks.keep(buffer)
      open.clear()
    },
  }
}
