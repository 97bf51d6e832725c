import { type Browser, type ElementHandle, launch, type Page } from 'puppeteer-core'
import { findProgram } from '../../scripts/find-chromium.mjs'

/** Debian's Firefox, or null. */
export const firefoxProgram = findProgram('firefox-esr') ?? findProgram('firefox')

/** Firefox over BiDi: what is saved goes to `downloads` without asking. */
export const startFirefox = (downloads: string): Promise<Browser> => {
  if (firefoxProgram === null) throw new Error('Firefox is not installed')
  return launch({
    browser: 'firefox',
    executablePath: firefoxProgram,
    headless: true,
    extraPrefsFirefox: {
      'browser.download.folderList': 2,
      'browser.download.dir': downloads,
      'browser.download.useDownloadDir': true,
      'browser.download.alwaysOpenPanel': false,
    },
  })
}

/** Runs in the page: the first element of this kind with this text or label, in any shadow root, that can be used. */
const find = (kind: string, text: string): Element | null => {
  const look = (root: Document | ShadowRoot): Element | null => {
    for (const element of root.querySelectorAll('*')) {
      const isLabelled =
        element instanceof HTMLInputElement && element.labels?.[0]?.textContent?.includes(text)
      const isSo = isLabelled || (element.childElementCount < 3 && element.textContent?.includes(text))
      if (element.matches(kind) && isSo && !element.matches(':disabled')) return element
      const inside = element.shadowRoot && look(element.shadowRoot)
      if (inside) return inside
    }
    return null
  }
  return look(document)
}

const whenThere = async (page: Page, kind: string, text: string): Promise<ElementHandle<Element>> => {
  const found = await page.waitForFunction(find, { polling: 100, timeout: 60_000 }, kind, text)
  return found as ElementHandle<Element>
}

/** What people do in Firefox, by what they see. */
export const press = async (page: Page, button: string): Promise<void> =>
  (await whenThere(page, 'button', button)).click()

export const fill = async (page: Page, label: string, text: string): Promise<void> => {
  const field = await whenThere(page, 'input', label)
  await field.type(text)
}

export const see = async (page: Page, text: string): Promise<void> =>
  void (await whenThere(page, ':not(script, style, title)', text))

/** The middle of what is shown. */
export const placeOf = async (page: Page, kind: string, text: string): Promise<{ x: number; y: number }> => {
  const found = await whenThere(page, kind, text)
  return found.evaluate(element => {
    const { left, top, width, height } = element.getBoundingClientRect()
    if (width === 0) throw new Error('it is not shown')
    return { x: left + width / 2, y: top + height / 2 }
  })
}

export const isShown = async (page: Page, kind: string): Promise<boolean> =>
  (await page.evaluateHandle(find, kind, '')).asElement() !== null

/** The text of the first element of this kind. */
export const textOf = async (page: Page, kind: string): Promise<string> => {
  const found = await whenThere(page, kind, '')
  return found.evaluate(element => element.textContent ?? '')
}

/** Runs in the page: drops a file of random bytes, of which it answers the SHA-256. */
const dropRandom = async (name: string, size: number): Promise<string> => {
  const bytes = new Uint8Array(size)
  for (let at = 0; at < size; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536))
  const dataTransfer = new DataTransfer()
  dataTransfer.items.add(new File([bytes], name))
  window.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }))
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  return [...hash].map(byte => byte.toString(16).padStart(2, '0')).join('')
}

/** Drops a file on the page for sending, because its own picker is dismissed by a test tool; answers the SHA-256. */
export const dropRandomFile = async (page: Page, name: string, size: number): Promise<string> => {
  await whenThere(page, 'button', 'Choose files')
  return page.evaluate(dropRandom, name, size)
}
