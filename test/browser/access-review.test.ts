import { expect, test } from 'vitest'
import { accessibilityProblems } from '../support/accessibility.ts'
import { administrator } from '../support/hub-process.ts'
import { webRig } from '../support/web-rig.ts'
import { choose, openFolder, row } from '../support/web-steps.ts'

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

test('who moves something to where they may not share is told what that took back, and undo does not give it again', async () => {
  const lena = await rig.makeUser('Lena')
  const team = await rig.makeFolder('Team')
  const [sub, inner, target] = [
    await rig.makeFolder('sub', team),
    await rig.makeFolder('inner', team),
    await rig.makeFolder('private', team),
  ]
  await rig.client.call('entry.move', { entries: [inner], folder: sub })
  await rig.share(team, lena.id, 'delete')
  const subject = { kind: 'everyone' } as const
  for (const entry of [sub, inner]) await rig.client.call('access.grant', { entry, subject, level: 'read' })
  const { page } = await rig.open({ as: lena, path: `/f/${team}` })
  const moveSub = async () => {
    await row(page, 'sub').click()
    await page.keyboard.press('Control+X')
    await openFolder(page, 'private')
    await page.keyboard.press('Control+V')
  }
  await moveSub()
  const shares = 'What was shared there was taken back (2 shares). Undo does not give it again.'
  await page.getByText(`“sub” moved to “private”. ${shares}`).waitFor()
  expect((await rig.list(target)).map(({ name }) => name)).toEqual(['sub'])
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect.poll(async () => (await rig.list(team)).map(({ name }) => name)).toEqual(['private', 'sub'])
  expect((await rig.client.call('access.review', { entry: sub })).grants).toEqual([])
  await page.goBack()
  await moveSub()
  await page.getByText('“sub” moved to “private”.', { exact: true }).waitFor()
})

test('who undoes a move to where they may share is told that the way back took what was given', async () => {
  const olga = await rig.makeUser('Olga')
  const outer = await rig.makeFolder('Outer')
  const own = await rig.makeFolder('own', outer)
  const sub = await rig.makeFolder('sub', outer)
  await rig.share(outer, olga.id, 'delete')
  await rig.share(own, olga.id, 'admin')
  await rig.client.call('access.grant', { entry: sub, subject: { kind: 'everyone' }, level: 'read' })
  const { page } = await rig.open({ as: olga, path: `/f/${outer}` })
  await row(page, 'sub').click()
  await page.keyboard.press('Control+X')
  await openFolder(page, 'own')
  await page.keyboard.press('Control+V')
  await page.getByText('“sub” moved to “own”.', { exact: true }).waitFor()
  await page.getByRole('button', { name: 'Undo' }).click()
  await page.getByText('Undone. What was shared there was taken back (1 share).').waitFor()
})

test('whoever was given a folder to manage reads that its owner sees it, too', async () => {
  const mona = await rig.makeUser('Mona')
  const folder = await rig.makeFolder('Managed by Mona')
  await rig.share(folder, mona.id, 'admin')
  const { page } = await rig.open({ as: mona, path: `/f/${folder}` })
  await page.getByRole('button', { name: 'Access', exact: true }).click()
  const sentence = page.locator('wherry-access-dialog .sentence')
  await expect.poll(() => sentence.innerText()).toBe('You and ada can see this.')
})

test.each([
  ['1280 px', 'Leona', {}],
  ['a phone', 'Lois', phone],
])('whoever was given something leaves it, on %s', async (_, name, screen) => {
  const user = await rig.makeUser(name)
  const folder = await rig.makeFolder(`Left by ${name}`)
  await rig.share(folder, user.id, 'read')
  const { page } = await rig.open({ as: user, path: '/shared', ...screen })
  const link = page.getByRole('link', { name: `Left by ${name}` })
  await link.waitFor()
  await page.getByRole('button', { name: `Leave “Left by ${name}”` }).click()
  await page.getByRole('dialog', { name: `Leave “Left by ${name}”?` }).waitFor()
  expect(await accessibilityProblems(page)).toEqual([])
  await page.locator('wherry-confirm-dialog').getByRole('button', { name: 'Leave', exact: true }).click()
  await page.getByText(`You left “Left by ${name}”.`).waitFor()
  await link.waitFor({ state: 'detached' })
  expect((await rig.client.call('access.review', { entry: folder })).grants).toEqual([])

  await rig.client.call('access.grant', { entry: folder, subject: { kind: 'everyone' }, level: 'read' })
  await page.getByRole('button', { name: `Leave “Left by ${name}”` }).click()
  await page.locator('wherry-confirm-dialog').getByRole('button', { name: 'Leave', exact: true }).click()
  await page.getByText('was given to everyone, and not to you alone.').waitFor()
  await link.waitFor()
  await rig.client.call('entry.delete', { entries: [folder] })
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
