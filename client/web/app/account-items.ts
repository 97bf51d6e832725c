import { msg } from '@lit/localize'
import { accountIcons } from '../ui/account-icons.ts'
import type { MenuItem } from '../ui/menu.ts'
import '../ui/menu.ts'
import { applySettings, readSettings, type Settings, writeSettings } from './settings.ts'

type Runs = Record<'showSessions' | 'showPassword' | 'showKeyboard' | 'signOut', () => unknown>

const set = (changes: Partial<Settings>) => applySettings(writeSettings(changes))

const themeItems: Record<Settings['theme'], () => MenuItem> = {
  system: () => ({ label: msg('Dark theme'), icon: accountIcons.moon, run: () => set({ theme: 'dark' }) }),
  dark: () => ({ label: msg('Light theme'), icon: accountIcons.sun, run: () => set({ theme: 'light' }) }),
  light: () => ({
    label: msg('Theme of the system'),
    icon: accountIcons.monitor,
    run: () => set({ theme: 'system' }),
  }),
}

/** The menu of the signed-in person, which is loaded after the page is shown. */
export const accountItems = (runs: Runs): MenuItem[] => {
  const { theme, direction } = readSettings()
  const isRtl = direction === 'rtl'
  return [
    { label: msg('Sessions'), icon: accountIcons.monitor, run: runs.showSessions },
    { label: msg('Change password'), icon: accountIcons.key, run: runs.showPassword },
    { ...themeItems[theme](), line: true },
    {
      label: isRtl ? msg('Left to right') : msg('Right to left'),
      icon: accountIcons.languages,
      run: () => set({ direction: isRtl ? 'ltr' : 'rtl' }),
    },
    { label: msg('Keyboard'), icon: 'keyboard', keys: '?', run: runs.showKeyboard },
    { label: msg('Sign out'), icon: accountIcons.logOut, line: true, run: runs.signOut },
  ]
}
