import type { Locator, Page } from 'playwright-core'
import { expect } from 'vitest'
import { dragFiles } from './drop-files.ts'

/** What people do to send something directly, on both sides, by what they see. */

/** Drops files and folders of this machine on the page for sending, as a file manager would. */
export const dropToSend = async (page: Page, paths: readonly string[]): Promise<void> => {
  await page.locator('wherry-composer').waitFor()
  const devtools = await page.context().newCDPSession(page)
  await dragFiles(devtools, paths, { x: 300, y: 300 })
  await devtools.detach()
}

/** The code that is shown for the latest send. */
export const shownCode = async (page: Page): Promise<string> =>
  (await page.locator('wherry-invitation .code').first().textContent()) ?? ''

/** Enters a code on the page of receivers. */
export const enterCode = async (page: Page, code: string): Promise<void> => {
  await page.getByLabel('Code from the sender').fill(code)
  await page.getByRole('button', { name: 'Receive', exact: true }).click()
}

export const accept = (page: Page): Promise<void> =>
  page.getByRole('button', { name: 'Accept', exact: true }).click()

/** How the transfer stands, in words; of the first on the page. */
export const transferState = (page: Page): Locator =>
  page.locator('wherry-receiver-card .state, wherry-receipt-card .state').first()

/** So that a transfer has a middle that is seen even where the machine has other work; in bytes a second. */
const narrow = { offline: false, latency: 0, downloadThroughput: 4e6, uploadThroughput: -1 }

/** Accepts over a narrow link; resolves when a part of it is there, and not all of it, with what makes the link wide again. */
export const acceptToTheMiddle = async (page: Page): Promise<() => Promise<void>> => {
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('Network.enable')
  await devtools.send('Network.emulateNetworkConditions', narrow)
  await accept(page)
  const bar = page.locator('wherry-transfer-progress progress').first()
  let share = 0
  const look = async () => {
    share = await bar.evaluate((element: HTMLProgressElement) => element.value).catch(() => 0)
    return share
  }
  await expect.poll(look, { interval: 20, timeout: 60_000 }).toBeGreaterThan(0.1)
  expect(share).toBeLessThan(0.9)
  return () => devtools.detach()
}
