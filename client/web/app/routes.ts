/** Every place of the app. Addresses of the hub itself (/ws, /d/…, /healthz) match none of them. */
export type Route =
  | { page: 'home' }
  | { page: 'setup' }
  | { page: 'signIn' }
  | { page: 'files'; entry: string | null }
  | { page: 'shared' }
  | { page: 'send' }
  | { page: 'users' }

const table: readonly [URLPattern, (groups: Record<string, string | undefined>) => Route][] = [
  [new URLPattern({ pathname: '/' }), () => ({ page: 'home' })],
  [new URLPattern({ pathname: '/setup' }), () => ({ page: 'setup' })],
  [new URLPattern({ pathname: '/sign-in' }), () => ({ page: 'signIn' })],
  [new URLPattern({ pathname: '/f/:entry?' }), groups => ({ page: 'files', entry: groups.entry ?? null })],
  [new URLPattern({ pathname: '/f/' }), () => ({ page: 'files', entry: null })],
  [new URLPattern({ pathname: '/shared' }), () => ({ page: 'shared' })],
  [new URLPattern({ pathname: '/send' }), () => ({ page: 'send' })],
  [new URLPattern({ pathname: '/users' }), () => ({ page: 'users' })],
]

/** The place that an address of this hub names, or null if it is none of the app's. */
export const routeOf = (url: string): Route | null => {
  for (const [pattern, route] of table) {
    const match = pattern.exec(url)
    if (match) return route(match.pathname.groups)
  }
  return null
}

export const folderPath = (folder: string): string => `/f/${folder}`
