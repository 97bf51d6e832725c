import { html } from 'lit'
import { icons } from '../ui/icons.ts'
import type { MenuItem } from '../ui/menu.ts'
import '../ui/menu.ts'
import { hasKeyboard } from '../ui/pointing.ts'
import { type CommandName, commandNames, commands, keyCap } from './commands.ts'
import type { FileCommands } from './file-commands.ts'
import { columns, orderBy } from './list-header.ts'
import type { ListOrder } from './rows.ts'

const folderItems: readonly CommandName[] = [
  'newFolder',
  'uploadFiles',
  'uploadFolder',
  'paste',
  'selectAll',
  'details',
]

/** Fingers have neither the keys nor, on a phone, the buttons for the last two. */
const selectionItems = (): readonly CommandName[] => {
  const names = commandNames.filter(name => commands[name].group !== undefined)
  return hasKeyboard() ? names : [...names, 'selectAll', 'details']
}

/** The context menu of the selection, or of the folder itself: what can be done now, and nothing else. */
export const menuItems = (fileCommands: FileCommands, hasSelection: boolean): MenuItem[] => {
  const names = hasSelection ? selectionItems() : folderItems
  let group: number | undefined
  return names.filter(fileCommands.can).map((name, index) => {
    const command = commands[name]
    const [key] = command.keys
    const line = index > 0 && command.group !== group
    group = command.group
    return {
      label: command.label(),
      icon: command.icon,
      line,
      danger: name === 'delete',
      ...(key === undefined ? {} : { keys: keyCap(key) }),
      run: () => fileCommands.run(name),
    }
  })
}

/** What the list is sorted by; the present one turns the order round. */
export const sortItems = (present: ListOrder, choose: (order: ListOrder) => void): MenuItem[] =>
  columns.map(({ by, label }) => {
    const isChosen = present.by === by
    const icon = isChosen ? icons[present.descending ? 'arrowDown' : 'arrowUp'] : html`<svg></svg>`
    return { label: label(), icon, isChosen, run: () => choose(orderBy(by, present)) }
  })
