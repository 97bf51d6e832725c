import { join } from 'node:path'
import { limits } from '../../protocol/limits.ts'
import type { ChunkPlace } from './chunk-store.ts'
import { recordLength, segmentFileName } from './record.ts'
import type { SegmentFiles } from './segment-files.ts'

/** Reads records by their place. */
export type SegmentReader = {
  /** The bytes there, good until the next read; null if the file ends before. Throws what the system says. */
  read(place: ChunkPlace): Uint8Array | null
  close(): void
}

const openFiles = 64

export const segmentReader = (directory: string, files: SegmentFiles): SegmentReader => {
  const buffer = new Uint8Array(recordLength(limits.chunkMaxBytes))
  const open = new Map<number, number>()

  /** The least recently used file is the first of the map. */
  const fileOf = (segment: number): number => {
    const known = open.get(segment)
    const fd = known ?? files.open(join(directory, segmentFileName(segment)))
    open.delete(segment)
    open.set(segment, fd)
    const [oldest] = open
    if (open.size > openFiles && oldest) {
      open.delete(oldest[0])
      files.close(oldest[1])
    }
    return fd
  }

  const fill = (fd: number, into: Uint8Array, position: number): boolean => {
    for (let at = 0; at < into.length; ) {
      const count = files.read(fd, into.subarray(at), position + at)
      if (count === 0) return false
      at += count
    }
    return true
  }

  return {
    read({ segment, offset, length }) {
      if (length > buffer.length) return null
      const into = buffer.subarray(0, length)
      return fill(fileOf(segment), into, offset) ? into : null
    },
    close() {
      for (const fd of open.values()) files.close(fd)
      open.clear()
    },
  }
}
