import type { Dirent } from 'node:fs'
import { lstat, opendir, stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { modifiedAt } from './modified-at.ts'
import { whyOf } from './why-of.ts'

/** A file of this machine and the names of the folders it goes into below the target. */
export type LocalFile = { file: string; path: string[]; name: string; size: number; modifiedAt: number }

/** What is not uploaded, and why. */
export type Unsent = { file: string; why: string }

export type LocalTree = {
  files: LocalFile[]
  folders: string[][]
  /** Links, sockets and the like, which are not uploaded. */
  skipped: Unsent[]
  /** What should be uploaded and cannot be read, or was named and is no file. */
  failed: Unsent[]
}

const noFile = 'it is neither a file nor a folder'

/**
 * The files to upload for what was named on the command line: files, and folders with all that is in them. What is not there
 * keeps nothing else back; throws why where it is all that was named.
 */
export const readLocalTree = async (named: readonly string[]): Promise<LocalTree> => {
  const tree: LocalTree = { files: [], folders: [], skipped: [], failed: [] }
  let missing = 0
  for (const file of named) {
    const found = await stat(file).catch(error => {
      if (++missing === named.length) throw error
      tree.failed.push({ file, why: whyOf(error) })
    })
    if (!found) continue
    const name = basename(resolve(file))
    if (found.isDirectory()) await readFolder(tree, file, [name])
    else if (found.isFile()) addFile(tree, file, [], name, found)
    else tree.failed.push({ file, why: noFile })
  }
  return tree
}

const addFile = (
  tree: LocalTree,
  file: string,
  path: string[],
  name: string,
  found: Awaited<ReturnType<typeof stat>>,
) => {
  if (!found.isFile()) tree.skipped.push({ file, why: noFile })
  else
    tree.files.push({
      file,
      path,
      name,
      size: Number(found.size),
      modifiedAt: modifiedAt(found),
    })
}

const readFolder = async (tree: LocalTree, folder: string, path: string[]): Promise<void> => {
  try {
    const items = await opendir(folder)
    tree.folders.push(path)
    for await (const item of items) await readItem(tree, join(folder, item.name), path, item)
  } catch (error) {
    tree.failed.push({ file: folder, why: whyOf(error) })
  }
}

const readItem = async (tree: LocalTree, file: string, path: string[], item: Dirent): Promise<void> => {
  if (item.isDirectory()) return readFolder(tree, file, [...path, item.name])
  if (item.isSymbolicLink()) return void tree.skipped.push({ file, why: 'it is a symbolic link' })
  try {
    addFile(tree, file, path, item.name, await lstat(file))
  } catch (error) {
    tree.failed.push({ file, why: whyOf(error) })
  }
}
