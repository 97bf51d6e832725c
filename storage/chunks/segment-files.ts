import {
  closeSync,
  constants,
  fdatasync,
  ftruncateSync,
  openSync,
  readSync,
  rmSync,
  write,
  writeSync,
} from 'node:fs'
import { promisify } from 'node:util'
import { syncDirectoryNow, systemCode } from './small-files.ts'

/** What a chunk thread asks of the file system. Tests put failing ones in its place (diskChunks' option `files`). */
export type SegmentFiles = {
  /** Makes a file that was not there, for writes of whole blocks from memory of newBlocks(). */
  create(path: string): number
  open(path: string): number
  read(fd: number, into: Uint8Array, position: number): number
  /** Whole blocks at the start of a block. Answers how many bytes were written, perhaps fewer. */
  write(fd: number, blocks: Uint8Array, position: number): Promise<number>
  truncate(fd: number, length: number): void
  sync(fd: number): Promise<void>
  syncDirectory(path: string): void
  close(fd: number): void
}

const { O_RDONLY, O_NOFOLLOW, O_WRONLY, O_CREAT, O_EXCL } = constants
/** Undefined where the system has none. */
const { O_DIRECT } = constants as { O_DIRECT?: number }
const mode = 0o600
const pageBytes = 64 * 1024

/** What direct writes are aligned to: no file system in use asks for more. */
export const blockBytes = 4096

export const wholeBlocks = (bytes: number): number => Math.ceil(bytes / blockBytes) * blockBytes

/** Memory at the start of a block, as direct writes need it; zeros. WebAssembly's is the one that is promised to be. */
export const newBlocks = (bytes: number): Uint8Array => {
  const pages = Math.ceil(bytes / pageBytes)
  return new Uint8Array(new WebAssembly.Memory({ initial: pages, maximum: pages }).buffer)
}

const noDirectWrites = new Set(['EINVAL', 'ENOTSUP', 'EOPNOTSUPP'])
const probe = newBlocks(blockBytes).subarray(0, blockBytes)

/**
 * Opens a new file past the page cache; null where the file system has no such thing, which some say only at the first
 * write. Segments are written once and seldom read soon: the cache would be filled with them, and its pages cost more than
 * the writing (dd of 1 GiB on a virtual machine: 0.1 to 0.5 CPU seconds past it, 0.3 to 2.6 through it).
 */
const createDirect = (path: string): number | null => {
  if (O_DIRECT === undefined) return null
  let fd: number | null = null
  try {
    fd = openSync(path, O_WRONLY | O_CREAT | O_EXCL | O_DIRECT, mode)
    writeSync(fd, probe, 0, blockBytes, 0)
    return fd
  } catch (error) {
    if (fd !== null) closeSync(fd)
    // Where the system has no such thing it may have made the file nevertheless.
    if (systemCode(error) !== 'EEXIST') rmSync(path, { force: true })
    if (noDirectWrites.has(systemCode(error) ?? '')) return null
    throw error
  }
}

const writeSome = promisify(write)

export const files: SegmentFiles = {
  create: path => createDirect(path) ?? openSync(path, O_WRONLY | O_CREAT | O_EXCL, mode),
  open: path => openSync(path, O_RDONLY | O_NOFOLLOW),
  read: (fd, into, position) => readSync(fd, into, 0, into.length, position),
  write: async (fd, blocks, position) =>
    (await writeSome(fd, blocks, 0, blocks.length, position)).bytesWritten,
  truncate: (fd, length) => ftruncateSync(fd, length),
  sync: promisify(fdatasync),
  syncDirectory: syncDirectoryNow,
  close: fd => closeSync(fd),
}
