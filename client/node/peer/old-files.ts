import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** What nobody continued for so long is forgotten, as on the page of receivers. */
export const keptMs = 7 * 24 * 60 * 60_000

/** The files of a directory with this ending that nobody wrote to for as long as receipts and sends are kept. */
export const oldFiles = async (directory: string, ending: string): Promise<string[]> => {
  const names = await readdir(directory).catch(() => [])
  const paths = names.filter(name => name.endsWith(ending)).map(name => join(directory, name))
  const found = await Promise.all(paths.map(path => stat(path).catch(() => null)))
  return paths.filter((_, i) => Date.now() - (found[i]?.mtimeMs ?? Date.now()) >= keptMs)
}
