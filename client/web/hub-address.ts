/** The hub that served this page, and what we call ourselves there. */
export const socketUrl = (): string =>
  `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/ws`

/** Browsers by what only they say of themselves, the most particular first: nearly all say Chrome and Safari too. */
const browsers: readonly [RegExp, string][] = [
  [/Edg/, 'Edge'],
  [/OPR\//, 'Opera'],
  [/Firefox|FxiOS/, 'Firefox'],
  [/Chrome|CriOS/, 'Chrome'],
  [/Safari/, 'Safari'],
]
const systems: readonly [RegExp, string][] = [
  [/iPhone/, 'iPhone'],
  [/iPad/, 'iPad'],
  [/Android/, 'Android'],
  [/Windows/, 'Windows'],
  [/Mac OS/, 'macOS'],
  [/Linux|X11/, 'Linux'],
]

const nameIn = (table: readonly [RegExp, string][]): string =>
  table.find(([pattern]) => pattern.test(navigator.userAgent))?.[1] ?? '?'

/** In the list of sessions people look for their browser, not for our version. */
export const agent = `${nameIn(browsers)}, ${nameIn(systems)}`
