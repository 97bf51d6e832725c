import { msg } from '@lit/localize'
import { html, type TemplateResult } from 'lit'
import { accountIcons } from '../ui/account-icons.ts'
import type { MenuItem } from '../ui/menu.ts'
import '../ui/menu.ts'
import { loadPart } from './load-part.ts'
import { applySettings, readSettings, type Settings, writeSettings } from './settings.ts'

/** What the items do to the page around them. */
type Runs = { show(dialog: TemplateResult | null): void; signOut(): unknown }

const set = (changes: Partial<Settings>) => applySettings(writeSettings(changes))

/** The themes that there are besides the present one. */
const themeItems = (present: Settings['theme']): MenuItem[] => {
  const themes = [
    { theme: 'light', label: msg('Light theme'), icon: accountIcons.sun },
    { theme: 'dark', label: msg('Dark theme'), icon: accountIcons.moon },
    { theme: 'system', label: msg('Theme of the system'), icon: accountIcons.monitor },
  ] as const
  const others = themes.filter(({ theme }) => theme !== present)
  return others.map(({ theme, label, icon }, i) => {
    const run = () => set({ theme })
    return { label, icon, line: i === 0, run }
  })
}

/** The menu of the signed-in person, which is loaded after the page is shown. */
export const accountItems = (host: HTMLElement, { show, signOut }: Runs): MenuItem[] => {
  const close = () => show(null)
  const open = async (part: Promise<unknown>, dialog: TemplateResult) => {
    if (await loadPart(host, part)) show(dialog)
  }
  const sessions = html`<wherry-sessions-dialog @close=${close}></wherry-sessions-dialog>`
  const password = html`<wherry-password-dialog @close=${close}></wherry-password-dialog>`
  const keyboard = html`<wherry-help-dialog @close=${close}></wherry-help-dialog>`
  const { theme, direction } = readSettings()
  const isRtl = direction === 'rtl'
  return [
    {
      label: msg('Sessions'),
      icon: accountIcons.monitor,
      run: () => open(import('../account/sessions-dialog.ts'), sessions),
    },
    {
      label: msg('Change password'),
      icon: accountIcons.key,
      run: () => open(import('../account/password-dialog.ts'), password),
    },
    ...themeItems(theme),
    {
      label: isRtl ? msg('Left to right') : msg('Right to left'),
      icon: accountIcons.languages,
      run: () => set({ direction: isRtl ? 'ltr' : 'rtl' }),
    },
    {
      label: msg('Keyboard'),
      icon: 'keyboard',
      keys: '?',
      run: () => open(import('../files/help-dialog.ts'), keyboard),
    },
    { label: msg('Sign out'), icon: accountIcons.logOut, line: true, run: signOut },
  ]
}
