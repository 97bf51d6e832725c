import { msg } from '@lit/localize'
import { say } from './say.ts'

/** Puts a text on the clipboard and says `done`; false where the browser does not allow it. Secure pages alone have one. */
export const copyText = async (host: HTMLElement, text: string, done: string): Promise<boolean> => {
  try {
    await navigator.clipboard.writeText(text)
  } catch {
    say(host, { text: msg('The browser did not allow it to be copied.'), tone: 'error' })
    return false
  }
  say(host, { text: done })
  return true
}
