import { join } from 'node:path'
import type { PeerSource } from '../../core/peer/api.ts'
import { type LocalTree, readLocalTree } from '../local-tree.ts'
import { emptyFolderSource, peerFileSource } from './file-source.ts'

/** What is sent, and what was found but is not: links, sockets and the like. */
export type SendTree = { sources: PeerSource[]; skipped: LocalTree['skipped'] }

const pathKey = (path: readonly string[]): string => path.join('/')

/** The folders that have nothing in them: others come with their files. */
const emptyFolders = ({ files, folders }: LocalTree): string[][] => {
  const parents = [...files.map(file => file.path), ...folders.map(path => path.slice(0, -1))]
  const filled = new Set(parents.map(pathKey))
  return folders.filter(path => !filled.has(pathKey(path)))
}

/** Files, and folders with all that is in them, as `wherry put` walks them. */
export const readSendTree = async (named: readonly string[]): Promise<SendTree> => {
  const tree: SendTree = { sources: [], skipped: [] }
  for (const one of named) {
    const local = await readLocalTree([one])
    tree.skipped.push(...local.skipped)
    for (const { file, path, name } of local.files) tree.sources.push(peerFileSource(file, [...path, name]))
    for (const path of emptyFolders(local))
      tree.sources.push(emptyFolderSource(join(one, ...path.slice(1)), path))
  }
  return tree
}
