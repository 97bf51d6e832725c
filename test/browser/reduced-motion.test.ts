import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { randomFile } from '../support/files.ts'
import { webRig } from '../support/web-rig.ts'
import { choose, drop, row, upload } from '../support/web-steps.ts'

const MiB = 2 ** 20
const rig = webRig()

/** Notes, frame by frame, what moves for longer than anybody sees, and what scrolls smoothly. */
const watchMotion = (page: Page): Promise<void> =>
  page.evaluate(() => {
    const seen = new Set<string>()
    Object.assign(window, { seenMotion: seen })
    const look = (root: Document | ShadowRoot) => {
      for (const animation of root.getAnimations()) {
        const { duration, iterations } = animation.effect?.getComputedTiming() ?? {}
        const what = animation instanceof CSSAnimation ? animation.animationName : 'transition'
        const isSeen = Number(duration) * (iterations ?? 1) > 10
        if (animation.playState === 'running' && isSeen) seen.add(what)
      }
      for (const element of root.querySelectorAll('*')) {
        if (getComputedStyle(element).scrollBehavior === 'smooth') seen.add(`scroll of ${element.localName}`)
        if (element.shadowRoot) look(element.shadowRoot)
      }
    }
    const lookOn = () => {
      look(document)
      requestAnimationFrame(lookOn)
    }
    lookOn()
  })

const seenMotion = (page: Page): Promise<string[]> =>
  page.evaluate(() => [...(window as unknown as { seenMotion: Set<string> }).seenMotion].toSorted())

/** Ten times as slow as they are, no motion ends between two frames of a busy machine. */
const slowDown = async (page: Page): Promise<void> => {
  const session = await page.context().newCDPSession(page)
  await session.send('Animation.enable')
  await session.send('Animation.setPlaybackRate', { playbackRate: 0.1 })
}

/** Where things move when they may: in toasts, dialogs, buttons and the pill of the connection. */
const doThings = async (reducedMotion: 'reduce' | 'no-preference') => {
  const folder = await rig.makeFolder(`Motion, ${reducedMotion}`)
  const { page } = await rig.open({ path: `/f/${folder}`, reducedMotion })
  await watchMotion(page)
  await slowDown(page)
  const small = join(rig.directory, 'small.txt')
  await writeFile(small, 'small')
  await drop(page, [small, await randomFile(join(rig.directory, 'large.bin'), 32 * MiB)])
  await upload(page, 'large.bin').getByText('Verified').waitFor({ timeout: 60_000 })
  await choose(page, 'small.txt', 'Copy address')
  await page.getByText('The address was copied').waitFor()
  await choose(page, 'small.txt', 'Delete…')
  await page.getByRole('dialog').waitFor()
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click()
  await row(page, 'small.txt').locator('.title').dblclick()
  await page.locator('wherry-preview dialog').waitFor()
  await page.keyboard.press('Escape')
  await page.locator('wherry-preview dialog').waitFor({ state: 'detached' })
  await rig.hub.stop()
  await page.locator('wherry-connection-pill[state=reconnecting]').waitFor()
  await page.waitForFunction(() => new Promise(resolve => requestAnimationFrame(() => resolve(true))))
  const seen = await seenMotion(page)
  await rig.hub.start()
  await page.locator('wherry-connection-pill[state=live]').waitFor()
  return seen
}

test('nothing moves for those who asked for less motion', async () => {
  expect(await doThings('reduce')).toEqual([])
})

test('otherwise dialogs rise and the pill of a lost connection pulses', async () => {
  expect(await doThings('no-preference')).toEqual(expect.arrayContaining(['pulse', 'rise']))
})
