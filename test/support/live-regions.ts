import type { Page } from 'playwright-core'

/** For Opening.script: notes each text that a live region of the page is given, from then on. */
export const listening = (): void => {
  const heard: string[] = []
  Object.assign(window, { heard })
  const observer = new MutationObserver(records => {
    for (const { type, target, addedNodes } of records) {
      const element = target instanceof Element ? target : target.parentElement
      if (!element?.closest('[role="status"], [role="alert"]')) continue
      for (const node of type === 'characterData' ? [target] : addedNodes) {
        const text = node instanceof Comment ? '' : (node.textContent?.trim().replaceAll(/\s+/g, ' ') ?? '')
        if (text) heard.push(text)
      }
    }
  })
  const { attachShadow } = Element.prototype
  Element.prototype.attachShadow = function (init) {
    const root = attachShadow.call(this, init)
    observer.observe(root, { childList: true, characterData: true, subtree: true })
    return root
  }
}

/** What was noted since the last time. */
export const heard = (page: Page): Promise<string[]> =>
  page.evaluate(() => (window as unknown as { heard: string[] }).heard.splice(0))
