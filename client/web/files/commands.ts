import { msg } from '@lit/localize'
import type { Level } from '../../../protocol/levels.ts'
import type { IconName } from '../ui/icons.ts'

/** What can be done in a folder: the keys, the context menu, the selection bar and the help dialog come from this table. */
export type Command = {
  label: () => string
  icon: IconName
  /** As KeyboardEvent.key, with Ctrl or Alt before it: a letter with Shift alone begins a name. */
  keys: readonly string[]
  /** Entries that it needs: none, one, or at least one. */
  on: 'none' | 'one' | 'file' | 'some'
  /** The least level in the folder. */
  level: Level
  /** Group of the context menu. */
  group?: number
}

const table = {
  open: { label: () => msg('Open'), icon: 'folder', keys: ['Enter'], on: 'one', level: 'read', group: 1 },
  preview: { label: () => msg('Preview'), icon: 'eye', keys: [' '], on: 'file', level: 'read', group: 1 },
  download: {
    label: () => msg('Download'),
    icon: 'download',
    keys: ['Ctrl+s'],
    on: 'some',
    level: 'read',
    group: 1,
  },
  send: {
    label: () => msg('Send directly'),
    icon: 'send',
    keys: [],
    on: 'some',
    level: 'read',
    group: 1,
  },
  copyLink: { label: () => msg('Copy address'), icon: 'link', keys: [], on: 'one', level: 'read', group: 1 },
  access: { label: () => msg('Access…'), icon: 'userPlus', keys: [], on: 'one', level: 'admin', group: 1 },
  rename: { label: () => msg('Rename'), icon: 'pencil', keys: ['F2'], on: 'one', level: 'write', group: 2 },
  moveTo: {
    label: () => msg('Move to…'),
    icon: 'folderInput',
    keys: ['Alt+M'],
    on: 'some',
    level: 'delete',
    group: 2,
  },
  duplicate: {
    label: () => msg('Make a copy'),
    icon: 'copy',
    keys: [],
    on: 'some',
    level: 'write',
    group: 2,
  },
  cut: { label: () => msg('Cut'), icon: 'scissors', keys: ['Ctrl+x'], on: 'some', level: 'delete', group: 3 },
  copy: { label: () => msg('Copy'), icon: 'copy', keys: ['Ctrl+c'], on: 'some', level: 'read', group: 3 },
  delete: {
    label: () => msg('Delete…'),
    icon: 'trash',
    keys: ['Delete'],
    on: 'some',
    level: 'delete',
    group: 4,
  },
  newFolder: {
    label: () => msg('New folder'),
    icon: 'folderPlus',
    keys: ['Alt+N'],
    on: 'none',
    level: 'write',
  },
  paste: { label: () => msg('Paste'), icon: 'clipboard', keys: ['Ctrl+v'], on: 'none', level: 'write' },
  uploadFiles: { label: () => msg('Upload files'), icon: 'fileUp', keys: [], on: 'none', level: 'write' },
  uploadFolder: { label: () => msg('Upload folder'), icon: 'folderUp', keys: [], on: 'none', level: 'write' },
  selectAll: { label: () => msg('Select all'), icon: 'check', keys: ['Ctrl+a'], on: 'none', level: 'read' },
  clear: {
    label: () => msg('Clear the selection'),
    icon: 'close',
    keys: ['Escape'],
    on: 'none',
    level: 'read',
  },
  up: { label: () => msg('Folder above'), icon: 'arrowUp', keys: ['Backspace'], on: 'none', level: 'read' },
  search: {
    label: () => msg('Filter this folder'),
    icon: 'search',
    keys: ['/', 'Ctrl+f'],
    on: 'none',
    level: 'read',
  },
  details: { label: () => msg('Details'), icon: 'panel', keys: ['Alt+I'], on: 'none', level: 'read' },
  help: { label: () => msg('Keyboard'), icon: 'keyboard', keys: ['?'], on: 'none', level: 'read' },
} as const satisfies Record<string, Command>

export type CommandName = keyof typeof table
export const commands: Readonly<Record<CommandName, Command>> = table

export const isCommandName = (name: string): name is CommandName => Object.hasOwn(table, name)
export const commandNames = Object.keys(table) as CommandName[]

/** By the key itself, because with Alt it types another sign on a Mac. AltGr, which is Ctrl and Alt, types too. */
const altPressed = ({ code, ctrlKey, metaKey }: KeyboardEvent): string =>
  code.startsWith('Key') && !ctrlKey && !metaKey ? code.replace('Key', 'Alt+') : ''

/** The command that a key press means, or null. */
export const commandFor = (event: KeyboardEvent): CommandName | null => {
  const control = event.ctrlKey || event.metaKey
  const isLetter = event.key.length === 1 && event.key.toLowerCase() !== event.key.toUpperCase()
  const key = control && isLetter ? event.key.toLowerCase() : event.key
  const pressed = event.altKey ? altPressed(event) : `${control ? 'Ctrl+' : ''}${key}`
  return commandNames.find(name => commands[name].keys.includes(pressed)) ?? null
}

/** A key as it is written on keyboards. */
export const keyCap = (key: string): string =>
  key
    .replace(/^ $/, msg('Space'))
    .replace('Delete', 'Del')
    .replace('Escape', 'Esc')
    .replace(/\+([a-z])$/, (_, letter: string) => `+${letter.toUpperCase()}`)
