import type { PeerOffer } from '../../core/peer/api.ts'
import { columns, countOfFiles, formatBytes, printable } from './output.ts'

/** Names that are shown before somebody accepts. */
const mostLines = 20

/** Files, and the folders that have nothing in them: `6 files and 3 empty folders`. */
const countOfThings = (files: PeerOffer['files']): string => {
  const folders = files.filter(({ kind }) => kind === 'folder').length
  const words = folders === 1 ? '1 empty folder' : `${folders} empty folders`
  if (folders === 0) return countOfFiles(files.length)
  return folders === files.length ? words : `${countOfFiles(files.length - folders)} and ${words}`
}

/** What is on offer, for the terminal: nothing in it can do more there than be read. */
export const offerLines = ({ from, files, text }: PeerOffer): string[] => {
  const bytes = files.reduce((sum, file) => sum + file.size, 0)
  const things = countOfThings(files)
  const rows = files
    .slice(0, mostLines)
    .map(({ path, kind, size }) => [
      kind === 'folder' ? 'folder' : formatBytes(size),
      printable(path.join('/')),
    ])
  const rest = files.length - rows.length
  return [
    `${printable(from) || 'Somebody'} sends ${things}, ${formatBytes(bytes)}${text === null ? '' : ', and a text'}:`,
    ...columns(rows, [0]).map(row => `  ${row}`),
    ...(rest > 0 ? [`  and ${rest} more`] : []),
  ]
}

/** A text from the other side: on a terminal its control characters are spelled out, but for those that part lines. */
export const textLines = (text: string, isTerminal: boolean): string =>
  isTerminal
    ? text
        .split(/(\r?\n|\t)/)
        .map((part, i) => (i % 2 === 1 ? part : printable(part)))
        .join('')
    : text
