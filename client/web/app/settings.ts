/** What a person chose about the look of this browser. */
export type Settings = {
  theme: 'system' | 'light' | 'dark'
  direction: 'ltr' | 'rtl'
  view: 'list' | 'grid'
  details: boolean
  lastFolder: string | null
}

const key = 'wherry:settings'
const defaults: Settings = {
  theme: 'system',
  direction: 'ltr',
  view: 'list',
  details: true,
  lastFolder: null,
}

/** Without storage (private windows, policies) the defaults hold. */
export const readSettings = (): Settings => {
  try {
    return { ...defaults, ...(JSON.parse(localStorage.getItem(key) ?? '{}') as Partial<Settings>) }
  } catch {
    return defaults
  }
}

export const writeSettings = (changes: Partial<Settings>): Settings => {
  const settings = { ...readSettings(), ...changes }
  try {
    localStorage.setItem(key, JSON.stringify(settings))
  } catch {
    // The choice holds for this page only.
  }
  return settings
}

/** Applies theme and direction to the page; `?dir=rtl` wins over what was chosen. */
export const applySettings = (settings: Settings): void => {
  const root = document.documentElement
  const asked = new URLSearchParams(location.search).get('dir')
  root.dir = asked === 'rtl' || asked === 'ltr' ? asked : settings.direction
  if (settings.theme === 'system') delete root.dataset.theme
  else root.dataset.theme = settings.theme
}
