import type { Page } from 'playwright-core'

type Watched = typeof globalThis & { sawDrop?: boolean }

/** Runs in the page, as the next. */
const watchDrop = (): void => {
  const watched: Watched = globalThis
  watched.sawDrop = false
  const saw = () => {
    watched.sawDrop = true
  }
  addEventListener('drop', saw, { capture: true, once: true })
}
const sawDrop = (): boolean => (globalThis as Watched).sawDrop === true

const mostTries = 5
const triedMs = 1000

/** Drops files and folders of this machine at a place of the page, as a file manager would. */
export const dropFiles = async (
  page: Page,
  paths: readonly string[],
  place: { x: number; y: number },
): Promise<void> => {
  const devtools = await page.context().newCDPSession(page)
  const data = { items: [], files: [...paths], dragOperationsMask: 1 }
  const send = (type: 'dragEnter' | 'dragOver' | 'drop' | 'dragCancel') =>
    devtools.send('Input.dispatchDragEvent', { type, ...place, data })
  const dropOnce = async () => {
    for (const type of ['dragEnter', 'dragOver', 'drop'] as const) await send(type)
    return page.waitForFunction(sawDrop, null, { timeout: triedMs }).then(
      () => true,
      () => false,
    )
  }
  await page.evaluate(watchDrop)
  // Chromium loses some drags over a page that has just come: it tells the page that one entered, and nothing more of it.
  for (let tries = 1; !(await dropOnce()); tries++) {
    if (tries === mostTries) throw new Error('The page saw no drop.')
    await send('dragCancel')
  }
  await devtools.detach()
}
