import { expect, onTestFinished, test } from 'vitest'
import { openPage } from '../support/browser.ts'
import { administrator } from '../support/hub-process.ts'
import { hubProxy } from '../support/hub-proxy.ts'
import { webRig } from '../support/web-rig.ts'
import { choose, row, signIn } from '../support/web-steps.ts'

const rig = webRig()

const to = (user: string) => ({ kind: 'user', user }) as const

const ownGrants = async (entry: string) =>
  (await rig.client.call('access.list', { entry })).grants.filter(({ inherited }) => !inherited)

test('what others change in who has access is seen at once, in the dialog and in the details', async () => {
  const [olga, otto] = [await rig.makeUser('Olga'), await rig.makeUser('Otto')]
  const folder = await rig.makeFolder('Watched')
  const inside = await rig.makeFolder('Inside', folder)
  const deeper = await rig.makeFolder('Deeper', inside)
  await rig.share(folder, olga.id, 'read')
  const { page } = await rig.open({ path: `/f/${folder}` })
  await row(page, 'Inside').click()
  const pane = page.locator('wherry-details-pane')
  await choose(page, 'Inside', 'Access…')
  const dialog = page.locator('wherry-access-dialog')
  const fromAbove = (place: typeof pane) => place.getByRole('listitem').filter({ hasText: 'Olga' })
  await fromAbove(dialog).waitFor()
  await fromAbove(pane).waitFor()

  await rig.share(inside, otto.id, 'read')
  const level = dialog.getByLabel('Level of Otto')
  await expect.poll(() => level.inputValue()).toBe('read')
  await rig.share(inside, otto.id, 'delete')
  await expect.poll(() => level.inputValue()).toBe('delete')
  await pane.getByText('Can move and delete').waitFor()
  await rig.client.call('access.revoke', { entry: inside, subject: to(otto.id) })
  await level.waitFor({ state: 'detached' })
  await rig.share(deeper, otto.id, 'read')
  await dialog.getByRole('button', { name: 'Take back the access of Otto to “Deeper”' }).waitFor()
  await rig.client.call('access.revoke', { entry: folder, subject: to(olga.id) })
  for (const place of [dialog, pane]) await fromAbove(place).waitFor({ state: 'detached' })
})

test('a row that others changed meanwhile gives nothing back, and says so', async () => {
  const [sven, sara] = [await rig.makeUser('Sven'), await rig.makeUser('Sara')]
  const folder = await rig.makeFolder('Stale')
  for (const { id } of [sven, sara]) await rig.share(folder, id, 'read')
  const proxy = await hubProxy(rig.hub.url, {
    pass: frame => (typeof frame === 'string' && frame.includes('"access.edited"') ? [] : [frame]),
  })
  onTestFinished(proxy.close)
  const { page, context, problems } = await openPage(rig.browser, proxy.url)
  onTestFinished(() => context.close())
  await page.goto(`${proxy.url}/f/${folder}`)
  await signIn(page, administrator)
  await page.getByRole('button', { name: 'Access' }).first().click()
  const dialog = page.locator('wherry-access-dialog')
  const level = dialog.getByLabel('Level of Sven')
  const others = dialog.getByLabel('Level of Sara')
  await level.waitFor()
  await others.selectOption('write')
  await others.selectOption('delete')
  await expect.poll(async () => (await ownGrants(folder)).map(one => one.level)).toContain('delete')
  expect(await dialog.getByRole('alert').count()).toBe(0)

  // What was read after the own changes is not on its way any more.
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Access' }).first().click()
  await expect.poll(() => others.inputValue()).toBe('delete')
  await rig.client.call('access.revoke', { entry: folder, subject: to(sven.id) })
  await level.selectOption('admin')
  await dialog.getByText('Somebody else changed this access meanwhile, so it stays as it is now.').waitFor()
  await level.waitFor({ state: 'detached' })
  expect((await ownGrants(folder)).map(one => one.level)).toEqual(['delete'])

  await rig.client.call('access.revoke', { entry: folder, subject: to(sara.id) })
  await dialog.getByRole('button', { name: 'Take back the access of Sara' }).click()
  await dialog.getByText('This access was taken back already.').waitFor()
  await others.waitFor({ state: 'detached' })
  expect(problems).toEqual([])
})

test('whoever would lose the right to change access is asked first', async () => {
  const vera = await rig.makeUser('Vera')
  const folder = await rig.makeFolder('Of Vera')
  await rig.share(folder, vera.id, 'admin')
  const { page } = await rig.open({ as: vera, path: `/f/${folder}` })
  await page.getByRole('button', { name: 'Access' }).first().click()
  const level = page.getByLabel('Level of Vera')
  const question = page.locator('wherry-confirm-dialog')
  const has = async () => (await ownGrants(folder)).map(one => one.level)
  await level.selectOption('write')
  await question.getByRole('button', { name: 'Cancel' }).click()
  await question.waitFor({ state: 'detached' })
  expect(await level.inputValue()).toBe('admin')
  await page.getByRole('button', { name: 'Take back the access of Vera' }).click()
  await question.getByRole('button', { name: 'Cancel' }).click()
  await question.waitFor({ state: 'detached' })
  expect(await has()).toEqual(['admin'])
  await level.selectOption('write')
  await question.getByRole('button', { name: 'Give up' }).click()
  await page.getByText('You may not change who has access here any more.').waitFor()
  expect(await has()).toEqual(['write'])
})
