import { join } from 'node:path'
import { nameProblem, numberedName } from '../../../protocol/names.ts'
import type { PeerSource } from '../../core/peer/api.ts'
import { type LocalTree, readLocalTree } from '../local-tree.ts'
import { emptyFolderSource, peerFileSource } from './file-source.ts'

type PassedOver = LocalTree['skipped']

/** What is sent, what is never sent, and what has a name that not every receiver could store. */
export type SendTree = { sources: PeerSource[]; skipped: PassedOver; unnameable: PassedOver }

type Found = { file: string; path: string[]; source(file: string, path: readonly string[]): PeerSource }

const pathKey = (path: readonly string[]): string => path.join('/')

/** The files below what was named, and the folders that have nothing in them. */
const foundIn = ({ files, folders }: LocalTree, named: string): Found[] => {
  const parents = [...files.map(file => file.path), ...folders.map(path => path.slice(0, -1))]
  const filled = new Set(parents.map(pathKey))
  return [
    ...files.map(({ file, path, name }) => ({ file, path: [...path, name], source: peerFileSource })),
    ...folders
      .filter(path => !filled.has(pathKey(path)))
      .map(path => ({ file: join(named, ...path.slice(1)), path, source: emptyFolderSource })),
  ]
}

/** The receiver has one folder for all: what would be there twice is numbered. */
const freeName = (name: string, taken: Set<string>): string => {
  let free = name
  for (let n = 2; taken.has(free); n++) free = numberedName(name, n)
  taken.add(free)
  return free
}

/** Files, and folders with all that is in them, as `wherry put` walks them. */
export const readSendTree = async (named: readonly string[]): Promise<SendTree> => {
  const tree: SendTree = { sources: [], skipped: [], unnameable: [] }
  const taken = new Set<string>()
  for (const one of named) {
    const local = await readLocalTree([one])
    tree.skipped.push(...local.skipped)
    const found = foundIn(local, one)
    const top = freeName(found[0]?.path[0] ?? '', taken)
    for (const { file, path, source } of found) {
      const problem = path.map(nameProblem).find(text => text !== null)
      if (problem) tree.unnameable.push({ file, why: problem })
      else tree.sources.push(source(file, [top, ...path.slice(1)]))
    }
  }
  return tree
}
