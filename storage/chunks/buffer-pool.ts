import { WherryError } from '../../protocol/errors.ts'
import { limits } from '../../protocol/limits.ts'
import type { ChunkBuffer } from './chunk-store.ts'

const slabBytes = limits.chunkMaxBytes
const smallestSlotBytes = 4096
/** Empty slabs that are kept for reuse: fresh memory costs page faults, kept memory costs memory. */
const idleSlabs = 16

type Slab = { memory: SharedArrayBuffer; slotBytes: number; free: number[] }

export type BufferPool = {
  allocate(size: number): ChunkBuffer
  /** Bytes that are handed out now, counted in whole slots. */
  allocatedBytes(): number
}

/** Throws `invalid_params` or `too_large` unless `size` is 1 to limits.chunkMaxBytes. */
export const checkChunkSize = (size: number): void => {
  if (!(size >= 1)) throw new WherryError('invalid_params', 'A chunk has at least one byte.')
  if (size > limits.chunkMaxBytes) throw new WherryError('too_large', 'A chunk has at most 4 MiB.')
}

const slotFor = (size: number): number => Math.max(smallestSlotBytes, 2 ** Math.ceil(Math.log2(size)))

/** Shared memory in slabs of 4 MiB, each cut into slots of one power of two; an empty slab serves any size again. */
export const bufferPool = (): BufferPool => {
  const idle: SharedArrayBuffer[] = []
  const open = new Map<number, Set<Slab>>()
  let allocated = 0

  const slabsOf = (slotBytes: number): Set<Slab> => {
    const known = open.get(slotBytes)
    if (known) return known
    const slabs = new Set<Slab>()
    open.set(slotBytes, slabs)
    return slabs
  }

  const newSlab = (slotBytes: number): Slab => {
    const memory = idle.pop() ?? new SharedArrayBuffer(slabBytes)
    const free = Array.from({ length: slabBytes / slotBytes }, (_, i) => slabBytes - (i + 1) * slotBytes)
    return { memory, slotBytes, free }
  }

  const takeSlot = (slotBytes: number): { slab: Slab; offset: number } => {
    const slabs = slabsOf(slotBytes)
    const slab = slabs.values().next().value ?? newSlab(slotBytes)
    const offset = slab.free.pop() ?? 0
    if (slab.free.length > 0) slabs.add(slab)
    else slabs.delete(slab)
    allocated += slotBytes
    return { slab, offset }
  }

  const giveBack = (slab: Slab, offset: number): void => {
    const slabs = slabsOf(slab.slotBytes)
    allocated -= slab.slotBytes
    slab.free.push(offset)
    slabs.add(slab)
    if (slab.free.length * slab.slotBytes < slabBytes) return
    slabs.delete(slab)
    if (idle.length < idleSlabs) idle.push(slab.memory)
  }

  const allocate = (size: number): ChunkBuffer => {
    checkChunkSize(size)
    const { slab, offset } = takeSlot(slotFor(size))
    let released = false
    return {
      bytes: new Uint8Array(slab.memory, offset, size),
      release: () => {
        if (released) throw new Error('A chunk buffer was released twice.')
        released = true
        giveBack(slab, offset)
      },
    }
  }

  return { allocate, allocatedBytes: () => allocated }
}
