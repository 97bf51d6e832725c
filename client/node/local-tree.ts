import { lstat, opendir, stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { modifiedAt } from './modified-at.ts'

/** A file of this machine and the names of the folders it goes into below the target. */
export type LocalFile = { file: string; path: string[]; name: string; size: number; modifiedAt: number }

/** What was found but is not uploaded: links, sockets and the like, and folders without any file. */
export type LocalTree = { files: LocalFile[]; folders: string[][]; skipped: { file: string; why: string }[] }

/** The files to upload for what was named on the command line: files, and folders with all that is in them. */
export const readLocalTree = async (named: readonly string[]): Promise<LocalTree> => {
  const tree: LocalTree = { files: [], folders: [], skipped: [] }
  for (const file of named) {
    const found = await stat(file)
    const name = basename(resolve(file))
    if (found.isDirectory()) await readFolder(tree, file, [name])
    else addFile(tree, file, [], name, found)
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
  if (!found.isFile()) tree.skipped.push({ file, why: 'it is neither a file nor a folder' })
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
  tree.folders.push(path)
  for await (const item of await opendir(folder)) {
    const file = join(folder, item.name)
    if (item.isDirectory()) await readFolder(tree, file, [...path, item.name])
    else if (item.isSymbolicLink()) tree.skipped.push({ file, why: 'it is a symbolic link' })
    else addFile(tree, file, path, item.name, await lstat(file))
  }
}
