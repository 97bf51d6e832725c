import {
  closeSync,
  constants,
  fdatasync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs'
import { promisify } from 'node:util'

/** What a chunk thread asks of the file system. Tests put failing ones in its place (diskChunks' option `files`). */
export type SegmentFiles = {
  /** Makes a file that was not there. */
  create(path: string): number
  open(path: string): number
  read(fd: number, into: Uint8Array, position: number): number
  write(fd: number, bytes: Uint8Array, position: number): number
  truncate(fd: number, length: number): void
  sync(fd: number): Promise<void>
  syncDirectory(path: string): void
  close(fd: number): void
}

const { O_RDONLY, O_NOFOLLOW, O_WRONLY, O_CREAT, O_EXCL } = constants

export const files: SegmentFiles = {
  create: path => openSync(path, O_WRONLY | O_CREAT | O_EXCL, 0o600),
  open: path => openSync(path, O_RDONLY | O_NOFOLLOW),
  read: (fd, into, position) => readSync(fd, into, 0, into.length, position),
  write: (fd, bytes, position) => writeSync(fd, bytes, 0, bytes.length, position),
  truncate: (fd, length) => ftruncateSync(fd, length),
  sync: promisify(fdatasync),
  syncDirectory: path => {
    const fd = openSync(path, O_RDONLY)
    try {
      fsyncSync(fd)
    } finally {
      closeSync(fd)
    }
  },
  close: fd => closeSync(fd),
}
