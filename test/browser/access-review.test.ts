import { expect, test } from 'vitest'
import { accessibilityProblems } from '../support/accessibility.ts'
import { administrator } from '../support/hub-process.ts'
import { webRig } from '../support/web-rig.ts'
import { choose, row } from '../support/web-steps.ts'

const rig = webRig()
const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }

test('the dialog of a folder lists what was given inside of it, and takes that back', async () => {
  const rosa = await rig.makeUser('Rosa')
  const plans = await rig.makeFolder('Plans')
  const house = await rig.makeFolder('House', plans)
  const roof = await rig.makeFolder('Roof', house)
  await rig.share(plans, rosa.id, 'read')
  await rig.share(roof, rosa.id, 'write')
  await rig.client.call('access.grant', { entry: house, subject: { kind: 'everyone' }, level: 'read' })
  const { page } = await rig.open()
  await row(page, 'Plans').waitFor()
  await choose(page, 'Plans', 'Access…')
  const dialog = page.locator('wherry-access-dialog')
  await dialog.getByRole('heading', { name: 'Given inside this folder' }).waitFor()
  const inside = () => dialog.locator('h3 + ul li').allTextContents()
  const given = /given by \S+, just.now/
  expect((await inside()).map(text => text.replaceAll(/\s+/g, ' ').trim())).toEqual([
    expect.stringMatching(/^House.*Everyone · Can view · given by/),
    expect.stringMatching(/House \/ Roof.*Rosa · Can add and rename · given by/),
  ])
  for (const text of await inside()) expect(text).toMatch(given)
  expect(await accessibilityProblems(page)).toEqual([])
  await dialog.getByRole('button', { name: 'Take back the access of Rosa to “House / Roof”' }).click()
  await expect.poll(async () => (await inside()).length).toBe(1)
  expect((await rig.client.call('access.review', { entry: roof })).grants).toEqual([])
  // What was given on the folder itself is not touched.
  await dialog.getByLabel('Level of Rosa').waitFor()
})

test.each([
  ['1280 px', 'Paul', {}],
  ['a phone', 'Pia', phone],
])('an administrator looks up all that an account may see, on %s', async (_, name, screen) => {
  const user = await rig.makeUser(name)
  const outer = await rig.makeFolder(`Outer of ${name}`)
  const inner = await rig.makeFolder('Inner', outer)
  const { page } = await rig.open({ path: '/users', ...screen })
  const open = page.getByRole('button', { name: `Access…: ${user.email}` })
  await open.click()
  const dialog = page.locator('wherry-user-grants-dialog')
  const places = () => dialog.locator('li b').allTextContents()
  await dialog.getByText('Their own space').waitFor()
  const before = (await places()).length
  await page.keyboard.press('Escape')
  await rig.share(inner, user.id, 'delete')
  await open.click()
  const own = dialog.getByRole('listitem').filter({ hasText: 'Inner' })
  await own.waitFor()
  expect(await own.locator('b').textContent()).toMatch(new RegExp(`/ Outer of ${name} / Inner$`))
  expect(await own.locator('.hint').textContent()).toContain('Can move and delete · given by')
  expect((await places()).length).toBe(before + 1)
  expect(await accessibilityProblems(page)).toEqual([])
  const width = page.viewportSize()?.width ?? 0
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width)
  await page.keyboard.press('Escape')
  await rig.client.call('user.disable', { user: user.id, disabled: true })
  await page.reload()
  await open.click()
  await dialog.getByText('is disabled and sees nothing').waitFor()
  expect(await page.getByText(administrator.email).count()).toBeGreaterThan(0)
})
