import { msg, str } from '@lit/localize'
import type { Entry } from '../../../protocol/values.ts'
import type { IconName } from '../ui/icons.ts'

export type Kind = {
  icon: IconName
  tone: 'folder' | 'picture' | 'film' | 'sound' | 'pdf' | 'sheet' | 'text' | 'pack' | 'plain'
}

const byType: readonly [RegExp, Kind][] = [
  [/^image\//, { icon: 'image', tone: 'picture' }],
  [/^video\//, { icon: 'film', tone: 'film' }],
  [/^audio\//, { icon: 'music', tone: 'sound' }],
  [/^application\/pdf/, { icon: 'document', tone: 'pdf' }],
  [/spreadsheet|excel|csv/, { icon: 'sheet', tone: 'sheet' }],
  [/zip|tar|compressed|archive|rar/, { icon: 'archive', tone: 'pack' }],
  [/javascript|typescript|json|xml|html|css|x-sh|x-python/, { icon: 'code', tone: 'text' }],
  [/^text\/|word|document|rtf/, { icon: 'document', tone: 'text' }],
]

/** Extensions whose usual type names something else, such as a film (`.ts`) or nothing at all. */
const byExtension: readonly [RegExp, Kind][] = [
  [
    /\.(tsx?|mts|cts|jsx|mjs|cjs|py|rs|go|rb|java|kt|c|h|cpp|cs|swift|sql|ya?ml|toml)$/i,
    { icon: 'code', tone: 'text' },
  ],
  [/\.(docx?|odt|pages|pptx?|odp|key|txt|log)$/i, { icon: 'document', tone: 'text' }],
  [/\.(xlsx?|ods|numbers)$/i, { icon: 'sheet', tone: 'sheet' }],
]

const folder: Kind = { icon: 'folder', tone: 'folder' }
const plain: Kind = { icon: 'file', tone: 'plain' }

const match = (table: readonly [RegExp, Kind][], text: string): Kind | undefined =>
  table.find(([pattern]) => pattern.test(text))?.[1]

/** Which picture stands for an entry. */
export const kindOf = ({ kind, name, type }: Pick<Entry, 'kind' | 'name' | 'type'>): Kind => {
  if (kind === 'folder') return folder
  return match(byExtension, name) ?? match(byType, type ?? '') ?? plain
}

/** The kind in words: `PDF`, `Image (PNG)`, `XLSX file`. */
export const kindText = ({ kind, name, type }: Pick<Entry, 'kind' | 'name' | 'type'>): string => {
  if (kind === 'folder') return msg('Folder')
  const extension = /\.([a-z0-9]{1,8})$/i.exec(name)?.[1]?.toUpperCase()
  if (type?.startsWith('image/') && extension) return msg(str`Image (${extension})`)
  return extension ? msg(str`${extension} file`) : msg('File')
}
