import { utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { WherryError } from '../../../protocol/errors.ts'
import { chunkBytes, type PeerFile, type PeerSink } from '../../core/peer/api.ts'
import { printable } from '../cli/output.ts'
import type { GroupSync } from './group-sync.ts'
import { nameFile, type OpenPart, removePart, writeAll } from './part-file.ts'
import { writeFailure } from './write-errors.ts'

type PartSinkOptions = {
  file: PeerFile
  /** The folder of the part and, later, of the file; and the same as the journal calls it. */
  folder: string
  relative: string
  part: OpenPart
  /** Of the file in the journal. */
  number: number
  restored: ReadonlyMap<number, string>
  sync: GroupSync
}

const setDate = async (path: string, modifiedAt: number): Promise<void> => {
  // A date that this file system cannot hold is no reason to lose a file.
  const date = new Date(modifiedAt)
  await utimes(path, date, date).catch(() => {})
}

/** Chunks go to the part; each is durable and known to the journal when its write resolves. */
export const partSink = (options: PartSinkOptions): PeerSink => {
  const { file, folder, relative, part, number, restored, sync } = options
  const shown = printable(file.path.join('/'))
  // The part's own entry in its folder is made durable with its first chunk.
  let unsyncedFolder: string | null = restored.size > 0 ? null : folder
  let isClosed = false

  const close = async (): Promise<void> => {
    if (isClosed) return
    isClosed = true
    await part.handle.close()
  }

  return {
    restored,
    async write(index, bytes, hash) {
      const position = index * chunkBytes
      if (position + bytes.length > file.size)
        throw new Error(`chunk ${index} is not one of ${file.size} bytes`)
      try {
        await writeAll(part.handle, bytes, position)
        const line = { file: number, chunks: [[index, hash]] as [number, string][] }
        const also = unsyncedFolder
        unsyncedFolder = null
        await sync({ handle: part.handle, folder: also, line })
        return bytes.buffer
      } catch (error) {
        throw writeFailure(error, shown)
      }
    },
    async finish() {
      await close()
      const path = join(folder, part.name)
      await setDate(path, file.modifiedAt)
      try {
        const name = await nameFile(folder, part.name, file.path.at(-1) ?? '')
        await sync({ handle: null, folder, line: { file: number, name: join(relative, name) } })
      } catch (error) {
        throw writeFailure(error, shown)
      }
      await removePart(path)
    },
    async stop(keep) {
      await close()
      if (!keep) await removePart(join(folder, part.name))
    },
  }
}

/** For a file that an earlier run finished: nothing of it has to travel. */
export const finishedSink = (file: PeerFile, restored: ReadonlyMap<number, string>): PeerSink => ({
  restored,
  async write() {
    throw new WherryError('file_changed', `"${printable(file.path.join('/'))}" is not what it was before.`)
  },
  async finish() {},
  async stop() {},
})

/** For a folder without anything in it: `make` makes it and answers where. */
export const folderSink = (file: PeerFile, make: () => Promise<string>): PeerSink => ({
  restored: new Map(),
  async write() {
    throw new Error('a folder has no chunks')
  },
  async finish() {
    try {
      const path = await make()
      await setDate(path, file.modifiedAt)
    } catch (error) {
      throw writeFailure(error, printable(file.path.join('/')))
    }
  },
  async stop() {},
})
