import { msg } from '@lit/localize'
import { includesLevel } from '../../../protocol/levels.ts'
import type { MenuItem } from '../ui/menu.ts'
import '../ui/menu.ts'
import { type OpenFolder, request } from './requests.ts'

/** What can be put into the folder on the screen; where nothing can, the first item says why. */
export const newItems = (host: HTMLElement, folder: OpenFolder | null, canPaste: boolean): MenuItem[] => {
  const disabled = !includesLevel(folder?.level ?? null, 'write')
  const run = (command: string) => () => {
    request(host, 'wherry-command', command)
  }
  const items: MenuItem[] = [
    { label: msg('New folder'), icon: 'folderPlus', disabled, line: disabled, run: run('newFolder') },
    { label: msg('Upload files'), icon: 'fileUp', disabled, line: true, run: run('uploadFiles') },
    { label: msg('Upload folder'), icon: 'folderUp', disabled, run: run('uploadFolder') },
  ]
  if (canPaste) items.push({ label: msg('Paste'), icon: 'clipboard', line: true, run: run('paste') })
  if (!disabled) return items
  const label = folder ? msg('You may only read this folder.') : msg('Open a folder first.')
  return [{ label, icon: 'circleAlert', disabled: 'note', run: () => {} }, ...items]
}
