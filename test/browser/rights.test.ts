import { expect, onTestFinished, test } from 'vitest'
import { openPage } from '../support/browser.ts'
import { hubProxy } from '../support/hub-proxy.ts'
import { webRig } from '../support/web-rig.ts'
import { choose, openFolder, row, shownNames, signIn } from '../support/web-steps.ts'

const rig = webRig()

test('who loses access while looking is told so, and keeps no rows', async () => {
  const grace = await rig.makeUser('Grace')
  const folder = await rig.makeFolder('Secret')
  await rig.makeFolder('Inside', folder)
  await rig.share(folder, grace.id, 'read')
  const { page } = await rig.open({ as: grace, path: `/f/${folder}` })
  await row(page, 'Inside').waitFor()
  // A reader is offered nothing that changes the folder.
  await row(page, 'Inside').click({ button: 'right' })
  expect(await page.getByRole('menuitem', { name: 'Rename' }).count()).toBe(0)
  await page.keyboard.press('Escape')

  await rig.client.call('access.revoke', { entry: folder, subject: { kind: 'user', user: grace.id } })
  await page.getByRole('region', { name: 'Folder' }).getByText('This folder is not here').waitFor()
  expect(await shownNames(page)).toEqual([])
  await page.getByText('1 item', { exact: true }).waitFor({ state: 'hidden' })
  await expect.poll(() => page.title()).not.toContain('Secret')

  await rig.share(folder, grace.id, 'write')
  await row(page, 'Inside').waitFor()
  await page.getByRole('link', { name: 'Shared with me' }).first().click()
  await page.getByRole('link', { name: 'Secret' }).waitFor()
})

test('a folder that is shared appears under "Shared with me" by itself, follows its name, and goes so', async () => {
  const mary = await rig.makeUser('Mary')
  const folder = await rig.makeFolder('Surprise')
  const { page } = await rig.open({ as: mary, path: '/shared' })
  await page.getByRole('heading', { name: 'Shared with me' }).waitFor()
  const link = page.getByRole('link', { name: 'Surprise' })
  expect(await link.count()).toBe(0)
  await rig.share(folder, mary.id, 'read')
  await link.waitFor()
  await rig.client.call('access.revoke', { entry: folder, subject: { kind: 'user', user: mary.id } })
  await link.waitFor({ state: 'detached' })

  await rig.share(folder, mary.id, 'read')
  await link.waitFor()
  await rig.client.call('entry.rename', { entry: folder, name: 'No surprise' })
  await page.getByRole('link', { name: 'No surprise' }).waitFor()
  await rig.client.call('entry.delete', { entries: [folder] })
  await link.waitFor({ state: 'detached' })
})

test('the way up from a shared folder leads to "Shared with me", which the side bar and the tab bar mark', async () => {
  const anna = await rig.makeUser('Anna')
  const hidden = await rig.makeFolder('Hidden')
  const folder = await rig.makeFolder('Opened', hidden)
  await rig.makeFolder('Deeper', folder)
  await rig.share(folder, anna.id, 'delete')
  const { page } = await rig.open({ as: anna, path: '/shared' })
  const isMarked = (bar: string, name: string) =>
    page.locator(`${bar} a[aria-current="page"]`, { hasText: name }).waitFor()
  await page.getByRole('link', { name: 'Opened' }).click()
  await openFolder(page, 'Deeper')
  await isMarked('wherry-side-bar', 'Shared with me')
  const crumbs = page.locator('wherry-breadcrumbs li')
  expect((await crumbs.allTextContents()).map(text => text.trim())).toEqual([
    'Shared with me',
    'Opened',
    'Deeper',
  ])

  await page.keyboard.press('Backspace')
  await row(page, 'Deeper').waitFor()
  await row(page, 'Deeper').dragTo(crumbs.getByRole('link', { name: 'Shared with me' }))
  await page.keyboard.press('Backspace')
  await expect.poll(() => new URL(page.url()).pathname).toBe('/shared')
  await page.goBack()
  await row(page, 'Deeper').waitFor()
  await page.setViewportSize({ width: 390, height: 844 })
  await isMarked('wherry-tab-bar', 'Shared')
  await crumbs.getByRole('link', { name: 'Shared with me' }).click()
  await page.getByRole('heading', { name: 'Shared with me' }).waitFor()

  await page.locator('wherry-tab-bar').getByRole('link', { name: 'Files' }).click()
  await page.getByText('This folder is empty').waitFor()
  await isMarked('wherry-tab-bar', 'Files')
  expect(await crumbs.allTextContents()).toEqual(['Files'])
})

test('what is open for something that is not allowed any more closes, and says so', async () => {
  const ruth = await rig.makeUser('Ruth')
  const folder = await rig.makeFolder('Hers to run')
  await rig.makeFolder('Inside', folder)
  await rig.share(folder, ruth.id, 'admin')
  const { page } = await rig.open({ as: ruth, path: `/f/${folder}` })
  const dialog = page.locator('wherry-dialog')
  await page.getByRole('button', { name: 'Access' }).first().click()
  await dialog.getByRole('button', { name: 'Give access' }).waitFor()
  await page.locator('input[name="email"]:focus').waitFor()
  await rig.share(folder, ruth.id, 'delete')
  await page.getByText('You may not change who has access here any more.').waitFor()
  await dialog.waitFor({ state: 'detached' })

  await choose(page, 'Inside', 'Delete…')
  await dialog.getByRole('button', { name: 'Delete for ever' }).waitFor()
  await rig.share(folder, ruth.id, 'write')
  await page.getByText('You may not do that here any more.').waitFor()
  await dialog.waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Dismiss' }).first().click()

  await choose(page, 'Inside', 'Rename')
  await page.getByLabel('New name').fill('Outside')
  await rig.share(folder, ruth.id, 'read')
  await page.getByLabel('New name').waitFor({ state: 'detached' })
  await page.locator('wherry-entry-list:focus-within').waitFor()
})

test('who is disabled is signed out at once', async () => {
  const joan = await rig.makeUser('Joan')
  const { page } = await rig.open({ as: joan })
  await page.getByText('This folder is empty').waitFor()
  await rig.client.call('user.disable', { user: joan.id, disabled: true })
  await page.getByRole('heading', { name: 'Sign in to Wherry' }).waitFor()
  await page.getByText('This account was disabled by an administrator.').waitFor()
})

test('nor does it hurt who is disabled while the unfinished uploads are asked for', async () => {
  const kate = await rig.makeUser('Kate')
  const asked = Promise.withResolvers<void>()
  const proxy = await hubProxy(rig.hub.url, {
    pass(frame, to) {
      const isQuestion = to === 'hub' && typeof frame === 'string' && frame.includes('"upload.list"')
      if (isQuestion) asked.resolve()
      return isQuestion ? [] : [frame]
    },
  })
  onTestFinished(proxy.close)
  const { page, context, problems } = await openPage(rig.browser, proxy.url)
  onTestFinished(() => context.close())
  await page.goto(proxy.url)
  await signIn(page, kate)
  await asked.promise
  await rig.client.call('user.disable', { user: kate.id, disabled: true })
  await page.getByText('This account was disabled by an administrator.').waitFor()
  await page.waitForTimeout(300)
  expect(problems).toEqual([])
})

test('New offers nothing that is not possible in the folder on the screen, and says why', async () => {
  const dora = await rig.makeUser('Dora')
  const folder = await rig.makeFolder('Read only')
  await rig.share(folder, dora.id, 'read')
  const { page } = await rig.open({ as: dora, path: `/f/${folder}` })
  await page.getByText('This folder is empty').waitFor()
  const openNew = () => page.getByRole('button', { name: 'New', exact: true }).click()
  const newFolder = page.getByRole('menuitem', { name: 'New folder' })

  await openNew()
  await page.getByRole('menuitem', { name: 'You may only read this folder.' }).waitFor()
  for (const name of ['New folder', 'Upload files', 'Upload folder'])
    expect(await page.getByRole('menuitem', { name }).isDisabled()).toBe(true)
  await newFolder.click({ force: true })
  expect(await newFolder.isVisible()).toBe(true)
  await page.keyboard.press('Escape')

  await rig.share(folder, dora.id, 'write')
  await page.getByRole('button', { name: 'Upload files' }).waitFor()
  await openNew()
  await newFolder.click()
  await page.getByRole('dialog', { name: 'New folder' }).waitFor()
  await page.keyboard.press('Escape')

  await page.goto(`${rig.hub.url}/shared`)
  await openNew()
  await page.getByRole('menuitem', { name: 'Open a folder first.' }).waitFor()
  expect(await newFolder.isDisabled()).toBe(true)
  await page.keyboard.press('Escape')

  await rig.share(folder, dora.id, 'read')
  await page.setViewportSize({ width: 400, height: 800 })
  await page.goto(`${rig.hub.url}/f/${folder}`)
  await page.getByText('What others put into it appears here by itself.').waitFor()
  await page.getByRole('button', { name: 'Add', exact: true }).click()
  await page.getByRole('menuitem', { name: 'You may only read this folder.' }).waitFor()
  expect(await newFolder.isDisabled()).toBe(true)
})

test('a key for what is not allowed in the folder says so', async () => {
  const emma = await rig.makeUser('Emma')
  const folder = await rig.makeFolder('For Emma')
  await rig.makeFolder('Stays', folder)
  await rig.share(folder, emma.id, 'read')
  const { page } = await rig.open({ as: emma, path: `/f/${folder}` })
  await row(page, 'Stays').click()
  const said = page.getByRole('status').getByText('You may only read this folder.')
  for (const key of ['Alt+N', 'Delete', 'F2']) {
    await page.keyboard.press(key)
    await said.waitFor()
    await page.locator('wherry-toasts').getByRole('button', { name: 'Dismiss' }).click()
    await said.waitFor({ state: 'detached' })
  }
  expect(await page.locator('wherry-dialog, wherry-rename-field').count()).toBe(0)
})
