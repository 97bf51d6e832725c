import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { accessibilityProblems } from '../support/accessibility.ts'
import type { WatchedPage } from '../support/browser.ts'
import { accept, dropToSend } from '../support/direct-send.ts'
import { randomFile, sha256OfFile } from '../support/files.ts'
import { webRig } from '../support/web-rig.ts'
import type { Account } from '../support/web-steps.ts'

const rig = webRig()
let bob: Account
let file: string

beforeAll(async () => {
  bob = await rig.makeUser('Bob')
  file = await randomFile(join(rig.directory, 'plans.bin'), 300_000)
})

const offerTo = async (page: Page, email: string) => {
  await page.getByLabel('To a person on this hub').fill(email)
  await page.getByRole('button', { name: 'Offer', exact: true }).click()
}

/** Ada's page with something on it, and Bob's app. */
const both = async (): Promise<{ sender: WatchedPage; app: WatchedPage }> => {
  const app = await rig.open({ as: bob })
  const sender = await rig.open({ path: '/send' })
  await dropToSend(sender.page, [file])
  return { sender, app }
}

/** Follows the notice to the page that it opens. */
const openOffer = async ({ page, context }: WatchedPage): Promise<Page> => {
  const opened = context.waitForEvent('page')
  await page.getByRole('link', { name: 'Open', exact: true }).click()
  return opened
}

const pictures = (page: Page): Promise<string[]> =>
  page.locator('wherry-pictures li span:last-child').allTextContents()
const notice = (page: Page) => page.locator('wherry-offers li').getByText('wants to send you files directly')
const hasArrived = (page: Page) => page.getByText('Everything arrived and is verified').waitFor()

test('a person of the hub is told wherever they are, compares pictures, and gets the file', async () => {
  const { sender, app } = await both()
  await offerTo(sender.page, bob.email)
  await sender.page.getByText(`Offered to ${bob.email}`).waitFor()
  await notice(app.page).waitFor()
  expect(await app.page.locator('wherry-offers [role=status]').textContent()).toContain('wants to send you')
  expect(await accessibilityProblems(app.page)).toEqual([])

  const receiver = await openOffer(app)
  await receiver.getByText('Tell the sender').waitFor()
  expect(receiver.url()).toBe(`${rig.hub.url}/go`)
  await sender.page.getByText('Ask them, by voice').waitFor()
  expect(await pictures(sender.page)).toHaveLength(4)
  expect(await pictures(receiver)).toEqual(await pictures(sender.page))
  await expect.poll(() => notice(app.page).count()).toBe(0)
  expect(await accessibilityProblems(sender.page)).toEqual([])
  expect(await receiver.getByText('plans.bin').count()).toBe(0)

  await sender.page.getByRole('button', { name: 'They see the same' }).click()
  await receiver.getByText('plans.bin').waitFor()
  expect(await accessibilityProblems(receiver)).toEqual([])
  await accept(receiver)
  await hasArrived(receiver)
  await sender.page.getByText('Delivered and verified').waitFor()
  const started = receiver.waitForEvent('download')
  await receiver.getByRole('button', { name: 'Save', exact: true }).click()
  expect(await sha256OfFile(await (await started).path())).toBe(await sha256OfFile(file))
})

test('an offer that is declined says so, and other pictures end it before a name was told', async () => {
  const { sender, app } = await both()
  await offerTo(sender.page, bob.email)
  await notice(app.page).waitFor()
  await app.page.getByRole('button', { name: 'Decline' }).click()
  await sender.page.getByText('They declined').waitFor()
  expect(await notice(app.page).count()).toBe(0)

  await sender.page.getByRole('button', { name: 'Offer again' }).click()
  const receiver = await openOffer(app)
  await receiver.getByText('Tell the sender').waitFor()
  await sender.page.getByRole('button', { name: 'They see others' }).click()
  await sender.page.getByText('The emoji were not the same on both sides.').waitFor()
  await receiver.getByText('The sender ended this.').waitFor()
  expect(await receiver.getByText('plans.bin').count()).toBe(0)
})

test('devices that both trust compare nothing the next time, also after a reload in the middle of comparing', async () => {
  const { sender, app } = await both()
  await offerTo(sender.page, bob.email)
  const receiver = await openOffer(app)
  await sender.page.getByText('Ask them, by voice').waitFor()
  const shown = await pictures(sender.page)
  await receiver.reload()
  await expect.poll(() => pictures(receiver)).toEqual(shown)
  await sender.page.getByLabel('Trust this device').check()
  await sender.page.getByRole('button', { name: 'They see the same' }).click()
  await receiver.getByLabel('Trust this device').check()
  await accept(receiver)
  await hasArrived(receiver)
  await sender.page.getByText('Delivered and verified').waitFor()

  await offerTo(sender.page, bob.email)
  const next = await openOffer(app)
  await next.getByText('It comes from a device that you trust.').waitFor()
  expect(await next.locator('wherry-pictures').count()).toBe(0)
  await accept(next)
  await hasArrived(next)
  expect(await sender.page.locator('wherry-compare-form').count()).toBe(0)
})

test('who signs in later is told what waits', async () => {
  const sender = await rig.open({ path: '/send' })
  await dropToSend(sender.page, [file])
  await offerTo(sender.page, bob.email)
  await sender.page.getByText(`Offered to ${bob.email}`).waitFor()
  const app = await rig.open({ as: bob })
  await notice(app.page).waitFor()
})
