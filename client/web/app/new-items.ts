import { msg } from '@lit/localize'
import type { MenuItem } from '../ui/menu.ts'
import '../ui/menu.ts'
import { request } from './requests.ts'

/** What can be put into the folder on the screen. */
export const newItems = (host: HTMLElement): MenuItem[] => {
  const run = (command: string) => () => {
    request(host, 'wherry-command', command)
  }
  return [
    { label: msg('New folder'), icon: 'folderPlus', run: run('newFolder') },
    { label: msg('Upload files'), icon: 'fileUp', line: true, run: run('uploadFiles') },
    { label: msg('Upload folder'), icon: 'folderUp', run: run('uploadFolder') },
  ]
}
