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

const folder: Kind = { icon: 'folder', tone: 'folder' }
const plain: Kind = { icon: 'file', tone: 'plain' }

/** Which picture stands for an entry. */
export const kindOf = ({ kind, type }: Pick<Entry, 'kind' | 'type'>): Kind => {
  if (kind === 'folder') return folder
  return byType.find(([pattern]) => pattern.test(type ?? ''))?.[1] ?? plain
}
