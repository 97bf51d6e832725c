import { access, constants } from 'node:fs/promises'
import { join } from 'node:path'
import type { PeerSource } from '../../core/peer/api.ts'
import { type LocalFile, type LocalTree, readLocalTree } from '../local-tree.ts'
import { whyOf } from '../why-of.ts'
import { emptyFolderSource, peerFileSource } from './file-source.ts'

/** What is sent, and what is not, as of a LocalTree. */
export type SendTree = { sources: PeerSource[] } & Pick<LocalTree, 'skipped' | 'failed'>

const pathKey = (path: readonly string[]): string => path.join('/')

/** The folders that have nothing in them: others come with their files. */
const emptyFolders = ({ files, folders }: LocalTree): string[][] => {
  const parents = [...files.map(file => file.path), ...folders.map(path => path.slice(0, -1))]
  const filled = new Set(parents.map(pathKey))
  return folders.filter(path => !filled.has(pathKey(path)))
}

/** A file that turns out to be unreadable when it was accepted would end the whole send. */
const addFile = async (tree: SendTree, { file, path, name }: LocalFile): Promise<void> => {
  try {
    await access(file, constants.R_OK)
    tree.sources.push(peerFileSource(file, [...path, name]))
  } catch (error) {
    tree.failed.push({ file, why: whyOf(error) })
  }
}

/** Files, and folders with all that is in them, as `wherry put` walks them. */
export const readSendTree = async (named: readonly string[]): Promise<SendTree> => {
  const tree: SendTree = { sources: [], skipped: [], failed: [] }
  for (const one of named) {
    const local = await readLocalTree([one])
    tree.skipped.push(...local.skipped)
    tree.failed.push(...local.failed)
    for (const file of local.files) await addFile(tree, file)
    for (const path of emptyFolders(local))
      tree.sources.push(emptyFolderSource(join(one, ...path.slice(1)), path))
  }
  return tree
}
