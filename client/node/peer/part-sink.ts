import { utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { WherryError } from '../../../protocol/errors.ts'
import { chunkBytes, type PeerFile, type PeerSink } from '../../core/peer/api.ts'
import { printable } from '../cli/output.ts'
import type { GroupSync } from './group-sync.ts'
import { nameFile, type OpenPart, removePart, writeAll } from './part-file.ts'
import type { Place, Saved } from './receipt-folders.ts'
import { writeFailure } from './write-errors.ts'

/** In the folder where the file is to be; `number` is the file's in the journal. */
export type BegunPart = OpenPart & Place & { number: number }

type PartSinkOptions = {
  file: PeerFile
  /** Of an earlier run. */
  kept: BegunPart | null
  /** With the first byte: what is over before leaves nothing. */
  begin(): Promise<BegunPart>
  restored: ReadonlyMap<number, string>
  sync: GroupSync
  saved: Saved
}

const setDate = async (path: string, modifiedAt: number): Promise<void> => {
  // A date that this file system cannot hold is no reason to lose a file.
  const date = new Date(modifiedAt)
  await utimes(path, date, date).catch(() => {})
}

/** Chunks go to the part; each is durable and known to the journal when its write resolves. */
export const partSink = (options: PartSinkOptions): PeerSink => {
  const { file, kept, begin, restored, sync, saved } = options
  const shown = printable(file.path.join('/'))
  // The part's own entry in its folder is made durable with its first chunk.
  let isFolderSynced = restored.size > 0
  let begun = kept && Promise.resolve(kept)
  let isClosed = false

  const part = (): Promise<BegunPart> => (begun ??= begin())

  const close = async (): Promise<void> => {
    if (isClosed) return
    isClosed = true
    const { handle } = (await begun?.catch(() => null)) ?? {}
    await handle?.close()
  }

  return {
    restored,
    async write(index, bytes, hash) {
      const position = index * chunkBytes
      if (position + bytes.length > file.size)
        throw new Error(`chunk ${index} is not one of ${file.size} bytes`)
      try {
        const { handle, folder, number } = await part()
        await writeAll(handle, bytes, position)
        const line = { file: number, chunks: [[index, hash]] as [number, string][] }
        const also = isFolderSynced ? null : folder
        isFolderSynced = true
        await sync({ handle, folder: also, line })
        return bytes.buffer
      } catch (error) {
        throw writeFailure(error, shown)
      }
    },
    async finish() {
      try {
        const { name: partName, folder, relative, number } = await part()
        await close()
        const path = join(folder, partName)
        await setDate(path, file.modifiedAt)
        const name = await nameFile(folder, partName, file.path.at(-1) ?? '')
        await sync({ handle: null, folder, line: { file: number, name: join(relative, name) } })
        saved(file.path, join(relative, name))
        await removePart(path)
      } catch (error) {
        throw writeFailure(error, shown)
      }
    },
    async stop(keep) {
      await close()
      const left = keep ? null : await begun?.catch(() => null)
      if (left) await removePart(join(left.folder, left.name))
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
