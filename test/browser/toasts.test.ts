import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { webRig } from '../support/web-rig.ts'
import { choose, row } from '../support/web-steps.ts'

const rig = webRig()

/** What assistive technology is given of the page, as `button Undo`. */
const exposed = async (page: Page): Promise<string[]> => {
  const session = await page.context().newCDPSession(page)
  const { nodes } = await session.send('Accessibility.getFullAXTree')
  await session.detach()
  return nodes.filter(({ ignored }) => !ignored).map(({ role, name }) => `${role?.value} ${name?.value}`)
}

const toast = (page: Page, button: string) =>
  page.locator('wherry-toasts').getByRole('button', { name: button })

const endSession = async (page: Page): Promise<void> => {
  await page.getByRole('button', { name: 'Account' }).click()
  await page.getByRole('menuitem', { name: 'Sessions' }).click()
  await page
    .getByRole('button', { name: /^End the session/ })
    .first()
    .press('Enter')
  await page.locator('wherry-toasts').getByText('The session was ended.').waitFor()
}

test('what a toast offers is done while a dialog is open, which stays as it is', async () => {
  const folder = await rig.makeFolder('Under a dialog')
  for (const name of ['Target', 'Wanderer']) await rig.makeFolder(name, folder)
  const { page } = await rig.open({ path: `/f/${folder}` })
  await choose(page, 'Wanderer', 'Move to…')
  await page.getByRole('button', { name: 'Target', exact: true }).click()
  await page.getByRole('button', { name: 'Move here' }).click()
  await toast(page, 'Undo').waitFor()
  await page.keyboard.press('Alt+N')
  const name = page.locator('wherry-new-folder-dialog input')
  await name.fill('A draft')
  expect(await exposed(page)).toContain('button Undo')
  await toast(page, 'Undo').click()
  await row(page, 'Wanderer').waitFor()
  expect(await name.inputValue()).toBe('A draft')

  // With the dialog they do not go.
  await page.keyboard.press('Escape')
  await name.waitFor({ state: 'detached' })
  await choose(page, 'Wanderer', 'Copy address')
  await page.getByText('The address was copied').waitFor()
})

test('what a dialog says is told while it is open, and dismissing it leaves the dialog and the focus in it', async () => {
  await rig.open()
  const { page } = await rig.open()
  await endSession(page)
  expect(await exposed(page)).toContain('StaticText The session was ended.')
  await toast(page, 'Dismiss').press('Enter')
  await toast(page, 'Dismiss').waitFor({ state: 'detached' })
  expect(await page.locator('wherry-sessions-dialog h2:focus').count()).toBe(1)
  await page.keyboard.press('Escape')
  await page.locator('wherry-sessions-dialog').waitFor({ state: 'detached' })
})
