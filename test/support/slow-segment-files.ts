import { setTimeout } from 'node:timers/promises'
import { files as real, type SegmentFiles } from '../../storage/chunks/segment-files.ts'

/** The file system, but each write takes its time. */
export const files: SegmentFiles = {
  ...real,
  async write(fd, blocks, position) {
    await setTimeout(500)
    return real.write(fd, blocks, position)
  },
}
