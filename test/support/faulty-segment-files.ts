import { existsSync, readFileSync, rmSync } from 'node:fs'
import { files as real, type SegmentFiles, wholeBlocks } from '../../storage/chunks/segment-files.ts'

/** The file system, but an operation fails while the file $WHERRY_TEST_FAULT says `operation CODE`, or `operation CODE once`. */
const check = (operation: string): void => {
  const path = process.env.WHERRY_TEST_FAULT ?? ''
  if (!existsSync(path)) return
  const [failing, code = 'EIO', times] = readFileSync(path, 'utf8').trim().split(' ')
  if (failing === 'die' && operation === 'write') process.exit(3)
  if (failing === operation && times === 'once') rmSync(path)
  if (failing === operation) throw Object.assign(new Error(`${code}: ${operation} failed`), { code })
}

export const files: SegmentFiles = {
  ...real,
  create(path) {
    check('create')
    return real.create(path)
  },
  open(path) {
    check('open')
    return real.open(path)
  },
  read(fd, into, position) {
    check('read')
    return real.read(fd, into, position)
  },
  async write(fd, blocks, position) {
    check('write')
    // Short writes are the rule here: the caller has to go on with the rest.
    return real.write(fd, blocks.subarray(0, wholeBlocks(blocks.length / 2)), position)
  },
  syncDirectory(path) {
    check('syncDirectory')
    real.syncDirectory(path)
  },
  async sync(fd) {
    check('sync')
    await real.sync(fd)
  },
}
