import key from 'lucide-static/icons/key-round.svg'
import languages from 'lucide-static/icons/languages.svg'
import logOut from 'lucide-static/icons/log-out.svg'
import monitor from 'lucide-static/icons/monitor.svg'
import moon from 'lucide-static/icons/moon.svg'
import sun from 'lucide-static/icons/sun.svg'
import { iconOf } from './icons.ts'

/** Icons of the account's menu and dialogs, which are loaded after the page is shown. */
export const accountIcons = {
  key: iconOf(key),
  languages: iconOf(languages),
  logOut: iconOf(logOut),
  monitor: iconOf(monitor),
  moon: iconOf(moon),
  sun: iconOf(sun),
}
