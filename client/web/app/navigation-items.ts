import { msg } from '@lit/localize'
import type { IconName } from '../ui/icons.ts'
import type { Route } from './routes.ts'

export type NavigationItem = {
  page: Route['page']
  path: string
  icon: IconName
  label: string
  short?: string
}

/** The places in the side bar and the tab bar. */
export const navigationItems = (isAdmin: boolean): NavigationItem[] => [
  { page: 'files', path: '/f/', icon: 'folder', label: msg('Files') },
  { page: 'shared', path: '/shared', icon: 'share', label: msg('Shared with me'), short: msg('Shared') },
  { page: 'send', path: '/send', icon: 'send', label: msg('Send directly'), short: msg('Send') },
  ...(isAdmin ? [{ page: 'users', path: '/users', icon: 'users', label: msg('Users') } as const] : []),
]
