import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { administrator } from '../support/hub-process.ts'
import { webRig } from '../support/web-rig.ts'
import { drop, row, signIn } from '../support/web-steps.ts'

const rig = webRig()

test('a wrong password is told, and the right one then opens the asked folder', async () => {
  const folder = await rig.makeFolder('Asked for')
  const { page } = await rig.open({ as: null, path: `/f/${folder}` })
  await page.getByLabel('E-mail').fill(administrator.email)
  await page.getByLabel('Password').fill('not the password')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page
    .getByRole('alert')
    .getByText(/password/i)
    .waitFor()
  const button = page.getByRole('button', { name: 'Sign in' })
  expect(await button.evaluate(element => element.matches(':focus'))).toBe(true)
  await signIn(page, administrator)
  await page.locator('wherry-breadcrumbs').getByText('Asked for').waitFor()
  expect(new URL(page.url()).pathname).toBe(`/f/${folder}`)
})

test('a reload keeps the session, in a cookie that scripts cannot read', async () => {
  const { page, context } = await rig.open()
  await page.reload()
  await page.getByRole('button', { name: 'Account' }).waitFor()
  expect(await page.evaluate(() => document.cookie)).toBe('')
  const [cookie] = await context.cookies()
  expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict' })
})

test('signing out ends the session in every tab, and a reload does not bring it back', async () => {
  const first = await rig.open()
  const second = await rig.openTab(first)
  await second.page.getByRole('button', { name: 'Account' }).waitFor()
  await first.page.getByRole('button', { name: 'Account' }).click()
  await first.page.getByRole('menuitem', { name: 'Sign out' }).click()
  for (const { page } of [first, second]) await page.getByLabel('Password').waitFor()
  await first.page.reload()
  await first.page.getByLabel('Password').waitFor()
})

test('two tabs that renew at the same time both stay signed in', async () => {
  const first = await rig.open()
  const second = await rig.openTab(first)
  // A loaded page knows no access token: each renews, as does its upload worker, with the one cookie that they share.
  for (let round = 0; round < 4; round++) {
    await Promise.all([first.page.reload(), second.page.reload()])
    for (const { page } of [first, second]) await page.getByText(/^Live/).waitFor()
  }
})

test('a renewal whose answer never comes is made again, and holds up no other tab', async () => {
  const first = await rig.open()
  await first.page.getByText(/^Live/).waitFor()
  // Nothing of this page asks any more.
  await first.page.goto('about:blank')
  let asked = 0
  await first.context.route('**/session', async route => {
    asked++
    if (asked > 1) await route.continue()
  })
  await first.page.goto(rig.hub.url)
  await expect.poll(() => asked).toBe(1)
  const second = await rig.openTab(first)
  for (const { page } of [first, second]) await page.getByText(/^Live/).waitFor({ timeout: 40_000 })
}, 60_000)

test('who signs in again in the same page uploads as before', async () => {
  const folder = await rig.makeFolder('Signed in twice')
  const { page } = await rig.open({ path: `/f/${folder}` })
  for (const name of ['one.txt', 'two.txt']) {
    const path = join(rig.directory, name)
    await writeFile(path, name)
    await drop(page, [path])
    await row(page, name).waitFor()
    await page.getByRole('button', { name: 'Account' }).click()
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    await signIn(page, administrator)
  }
})
