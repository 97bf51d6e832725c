import type { MenuItem } from '../ui/menu.ts'
import '../ui/menu.ts'
import { type CommandName, commandNames, commands, keyCap } from './commands.ts'
import type { FileCommands } from './file-commands.ts'

const folderItems: readonly CommandName[] = [
  'newFolder',
  'uploadFiles',
  'uploadFolder',
  'paste',
  'selectAll',
  'details',
]

/** The context menu of the selection, or of the folder itself: what can be done now, and nothing else. */
export const menuItems = (fileCommands: FileCommands, hasSelection: boolean): MenuItem[] => {
  const names = hasSelection ? commandNames.filter(name => commands[name].group !== undefined) : folderItems
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
