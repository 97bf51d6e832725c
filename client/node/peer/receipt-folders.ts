import { join } from 'node:path'
import type { ReceiptJournal } from './receipt-journal.ts'
import { makeFolder } from './safe-place.ts'

/** A folder by its whole path, and by its path from the target folder on. */
export type Place = { folder: string; relative: string }

/** A file or outermost folder of the offer got its name: its path there, and its path from the target folder on. */
export type Saved = (path: readonly string[], relative: string) => void

/**
 * The folders of one receipt. The outermost ones are new, as a copy in a folder that has such a name should be; an
 * interrupted receipt goes on in its own.
 */
export const receiptFolders = (target: string, journal: ReceiptJournal, saved: Saved) => {
  const made = new Map<string, Promise<Place>>()

  const makeTop = async (name: string): Promise<Place> => {
    const known = journal.tops.get(name)
    const as = await makeFolder(target, known ?? name, { reuse: known !== undefined })
    if (as !== known) {
      await journal.append([{ top: name, as }])
      saved([name], as)
    }
    return { folder: join(target, as), relative: as }
  }

  const make = async (path: readonly string[], name: string): Promise<Place> => {
    if (path.length === 1) return makeTop(name)
    const parent = await ensure(path.slice(0, -1))
    const as = await makeFolder(parent.folder, name, { reuse: true })
    return { folder: join(parent.folder, as), relative: join(parent.relative, as) }
  }

  /** Makes what is missing of the folder at this path of the offer. */
  const ensure = (path: readonly string[]): Promise<Place> => {
    const name = path.at(-1)
    if (name === undefined) return Promise.resolve({ folder: target, relative: '' })
    const key = path.join('/')
    const known = made.get(key)
    if (known) return known
    const making = make(path, name)
    made.set(key, making)
    return making
  }

  return { ensure }
}
