import type { CDPSession, Page } from 'playwright-core'

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
/** A page that is only slow gets the files twice if this is too short. */
const triedMs = 5000

type Place = { x: number; y: number }

const send = (
  devtools: CDPSession,
  type: 'dragEnter' | 'dragOver' | 'drop' | 'dragCancel',
  paths: readonly string[],
  place: Place,
) =>
  devtools.send('Input.dispatchDragEvent', {
    ...{ type, ...place },
    data: { items: [], files: [...paths], dragOperationsMask: 1 },
  })

/** Drags files and folders of this machine to a place of the page and lets go, as in a file manager. */
export const dragFiles = async (
  devtools: CDPSession,
  paths: readonly string[],
  place: Place,
): Promise<void> => {
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) await send(devtools, type, paths, place)
}

/** The same until the page saw it, for pages that let others see a drop. */
export const dropFiles = async (page: Page, paths: readonly string[], place: Place): Promise<void> => {
  const devtools = await page.context().newCDPSession(page)
  const dropOnce = async () => {
    await dragFiles(devtools, paths, place)
    return page.waitForFunction(sawDrop, null, { timeout: triedMs }).then(
      () => true,
      () => false,
    )
  }
  await page.evaluate(watchDrop)
  // Chromium loses some drags over a page that has just come: it tells the page that one entered, and nothing more of it.
  for (let tries = 1; !(await dropOnce()); tries++) {
    if (tries === mostTries) throw new Error('The page saw no drop.')
    await send(devtools, 'dragCancel', paths, place)
  }
  await devtools.detach()
}
