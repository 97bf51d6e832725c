import type { Locator, Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { accessibilityProblems } from '../support/accessibility.ts'
import { administrator } from '../support/hub-process.ts'
import { webRig } from '../support/web-rig.ts'
import { type Account, signIn } from '../support/web-steps.ts'

const rig = webRig()
const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }

let vera: Account & { id: string }
beforeAll(async () => {
  vera = await rig.makeUser('Vera')
})

const dialogOf = (page: Page): Locator =>
  page.getByRole('dialog', { name: 'Set the password of vera@example.org' })
/** What is in the dialog is no child of it, but shown in its slot. */
const fieldOf = (page: Page): Locator => page.locator('wherry-set-password-dialog').getByLabel('New password')
const command = (page: Page, name: string): Locator =>
  page.getByRole('button', { name: `${name}: vera@example.org`, exact: true })

test('somebody is given a new password by the keyboard, is signed out, and signs in with it', async () => {
  const { page } = await rig.open({ path: '/users' })
  const { page: hers } = await rig.open({ as: vera })
  const own = page.getByRole('listitem').filter({ hasText: administrator.email })
  await own.waitFor()
  expect(await own.getByRole('button').count()).toBe(0)

  const password = 'given by the administrator'
  await command(page, 'Set password…').press('Enter')
  const field = fieldOf(page)
  await expect.poll(() => field.evaluate(input => input.matches(':focus'))).toBe(true)
  await field.pressSequentially(password)
  await field.press('Enter')
  await page.getByText('Password of Vera changed. Sessions ended: 1.').waitFor()
  await dialogOf(page).waitFor({ state: 'detached' })
  await expect
    .poll(() => command(page, 'Set password…').evaluate(button => button.matches(':focus')))
    .toBe(true)

  await hers.getByText('The password of this account was changed. Sign in with the new one.').waitFor()
  await signIn(hers, { ...vera, password })
})

test('what the hub says against a password is told at its field, until it is tried again', async () => {
  const { page } = await rig.open({ path: '/users' })
  await command(page, 'Set password…').click()
  const alert = page.locator('wherry-set-password-dialog').getByRole('alert')
  const field = fieldOf(page)
  // The browser's own check comes before.
  await field.evaluate(input => input.removeAttribute('minlength'))
  await field.fill('too short')
  await field.press('Enter')
  const words = 'A password has 10 to 256 characters.'
  await alert.getByText(words).waitFor()
  expect(await field.getAttribute('aria-invalid')).toBe('true')
  const described = await field.evaluate(input =>
    (input as HTMLInputElement).ariaDescribedByElements?.map(element => element.textContent).join(' '),
  )
  expect(described).toBe(`At least 10 characters. All sessions of this account end. ${words}`)
  expect(await accessibilityProblems(page)).toEqual([])
  const told = await alert.evaluateHandle(element => {
    const said: string[] = []
    new MutationObserver(() => said.push(element.textContent ?? '')).observe(element, {
      ...{ childList: true, characterData: true, subtree: true },
    })
    return said
  })
  await field.press('Enter')
  await expect.poll(() => told.jsonValue()).toEqual(['', words])
  await page.keyboard.press('Escape')
  await dialogOf(page).waitFor({ state: 'detached' })
})

test('on a phone a row has room for the name above its buttons, and the dialog is a sheet', async () => {
  const { page } = await rig.open({ ...phone, path: '/users' })
  const set = command(page, 'Set password…')
  const name = await page.getByText('vera@example.org').boundingBox()
  const button = await set.boundingBox()
  if (!name || !button) throw new Error('The row is not shown.')
  expect(button.y).toBeGreaterThanOrEqual(name.y + name.height)
  expect(name.width).toBeGreaterThan(200)
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390)
  await set.tap()
  await dialogOf(page).waitFor()
  expect(await accessibilityProblems(page)).toEqual([])
  const box = await dialogOf(page).boundingBox()
  expect(box).toMatchObject({ x: 0, width: 390 })
})

test('an account is disabled by who said so twice, and enabled at once', async () => {
  const walt = await rig.makeUser('Walt')
  const { page } = await rig.open({ path: '/users' })
  const { page: his } = await rig.open({ as: walt })
  const button = (name: string) => page.getByRole('button', { name: `${name}: ${walt.email}`, exact: true })
  const dialog = page.getByRole('dialog', { name: `Disable ${walt.email}?` })
  const inDialog = (name: string) =>
    page.locator('wherry-confirm-dialog').getByRole('button', { name, exact: true })
  await button('Disable').click()
  await dialog.waitFor()
  await page.getByText('Its files and what was shared stay.').waitFor()
  expect(await accessibilityProblems(page)).toEqual([])
  await inDialog('Cancel').click()
  await dialog.waitFor({ state: 'detached' })
  expect(await his.getByRole('button', { name: 'Account' }).count()).toBe(1)

  await button('Disable').click()
  await inDialog('Disable').click()
  await button('Enable').waitFor()
  await his.getByRole('button', { name: 'Sign in' }).waitFor()
  await button('Enable').click()
  await button('Disable').waitFor()
})

test('the menu of the account says whose it is, and has the two other themes', async () => {
  const zoe = await rig.makeUser('Zoe')
  const { page } = await rig.open({ as: zoe, colorScheme: 'dark' })
  const themes = async () => {
    await page.getByRole('button', { name: 'Account' }).click()
    const menu = page.locator('wherry-account-menu')
    await menu.getByText('Zoe', { exact: true }).waitFor()
    await menu.getByText(zoe.email, { exact: true }).waitFor()
    await page.getByRole('menuitem', { name: 'Sign out' }).waitFor()
    const items = await page.getByRole('menuitem').allTextContents()
    return items.map(item => item.trim()).filter(item => item.includes('heme'))
  }
  const ink = () => page.evaluate(() => getComputedStyle(document.body).color)
  const dark = await ink()
  expect(await themes()).toEqual(['Light theme', 'Dark theme'])
  expect(await accessibilityProblems(page)).toEqual([])
  await page.getByRole('menuitem', { name: 'Light theme' }).click()
  expect(await ink()).not.toBe(dark)
  expect(await themes()).toEqual(['Dark theme', 'Theme of the system'])
  await page.getByRole('menuitem', { name: 'Theme of the system' }).click()
  expect(await ink()).toBe(dark)
})

test('all other sessions of an account are ended at once, and the present one stays', async () => {
  const yves = await rig.makeUser('Yves')
  const { page } = await rig.open({ as: yves })
  const others = [await rig.open({ as: yves }), await rig.open({ as: yves })]
  await page.getByRole('button', { name: 'Account' }).click()
  await page.getByRole('menuitem', { name: 'Sessions' }).click()
  const dialog = page.locator('wherry-sessions-dialog')
  await dialog.getByRole('button', { name: 'End the 2 others' }).waitFor()
  expect(await dialog.locator('li .hint').allTextContents()).toEqual(
    Array(3).fill(expect.stringMatching(/^\S+ · last seen just.now$/)),
  )
  expect(await accessibilityProblems(page)).toEqual([])
  await dialog.getByRole('button', { name: 'End the 2 others' }).click()
  await page.getByText('2 sessions were ended.').waitFor()
  for (const { page: other } of others) await other.getByRole('button', { name: 'Sign in' }).waitFor()
  await expect.poll(() => dialog.getByRole('listitem').count()).toBe(1)
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Account' }).waitFor()
})

test('what another administrator changed is shown when somebody comes back to the page', async () => {
  const wanda = await rig.makeUser('Wanda-elsewhere')
  const { page } = await rig.open({ path: '/users' })
  const row = page.getByRole('listitem').filter({ hasText: wanda.email })
  await row.waitFor()
  await rig.client.call('user.disable', { user: wanda.id, disabled: true })
  expect(await row.getByText('Disabled').count()).toBe(0)
  await page.evaluate(() => window.dispatchEvent(new Event('focus')))
  await row.getByText('Disabled').waitFor()
  await row.getByRole('button', { name: `Enable: ${wanda.email}` }).waitFor()
})
