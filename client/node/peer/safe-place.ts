import { lstat, mkdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { WherryError } from '../../../protocol/errors.ts'
import { nameProblem, numberedName } from '../../../protocol/names.ts'
import { printable } from '../cli/output.ts'
import { isThere } from './write-errors.ts'

/** Names from the other side that would lead out of the folder, or mean something else here, fail the whole receipt. */
export const checkPath = (path: readonly string[]): void => {
  if (path.length === 0) throw new WherryError('conflict', 'The other side offered a file without a name.')
  for (const name of path) {
    // "\" separates folders on Windows.
    if (nameProblem(name) === null && basename(name) === name) continue
    throw new WherryError('conflict', `"${printable(path.join('/'))}" cannot be a file here.`)
  }
}

/**
 * Makes a folder under `name`, or under the next number where that name has something else; answers the name. With
 * `reuse` a folder that is there will do: never a symbolic link, which may lead anywhere.
 */
export const makeFolder = async (parent: string, name: string, { reuse = false } = {}): Promise<string> => {
  for (let n = 1; ; n++) {
    const free = n === 1 ? name : numberedName(name, n)
    try {
      await mkdir(join(parent, free))
      return free
    } catch (error) {
      if (!isThere(error)) throw error
      if (reuse && (await lstat(join(parent, free))).isDirectory()) return free
    }
  }
}
