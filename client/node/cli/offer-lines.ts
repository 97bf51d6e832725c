import type { PeerOffer } from '../../core/peer/api.ts'
import { columns, countOfFiles, formatBytes, printable } from './output.ts'

/** Names that are shown before somebody accepts. */
const mostLines = 20

/** What is on offer, for the terminal: nothing in it can do more there than be read. */
export const offerLines = ({ from, files, text }: PeerOffer): string[] => {
  const bytes = files.reduce((sum, file) => sum + file.size, 0)
  const things = countOfFiles(files.length)
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
