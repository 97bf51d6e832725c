import { join } from 'node:path'
import type { Locator } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { randomFile } from '../support/files.ts'
import { webRig } from '../support/web-rig.ts'
import { type Account, choose, drop, ghost, row, shownNames } from '../support/web-steps.ts'

const MiB = 2 ** 20
const rig = webRig()
let grace: Account & { id: string }

beforeAll(async () => {
  grace = await rig.makeUser('Grace')
})

const isFocused = (place: Locator): Promise<boolean> => place.evaluate(element => element.matches(':focus'))

const sharedFolder = async (name: string): Promise<string> => {
  const folder = await rig.makeFolder(name)
  await rig.share(folder, grace.id, 'delete')
  return folder
}

test('two people in a folder see each other, and what the other one does', async () => {
  const path = `/f/${await sharedFolder('Team')}`
  const { page: ada } = await rig.open({ path })
  const { page: other } = await rig.open({ path, as: grace })
  await ada.getByRole('img', { name: 'Also here: Grace' }).waitFor()
  await other.getByRole('img', { name: 'Also here: ada' }).waitFor()

  await other.getByRole('button', { name: 'New', exact: true }).click()
  await other.getByRole('menuitem', { name: 'New folder' }).click()
  await other.getByLabel('Name').fill('Plans')
  await other.getByRole('button', { name: 'Create folder' }).click()
  await row(ada, 'Plans').getByText('Grace added').waitFor()
  await ada.getByRole('status').getByText('Grace added: Plans').waitFor({ state: 'attached' })
  // The highlight goes by itself.
  await row(ada, 'Plans').getByText('Grace added').waitFor({ state: 'detached' })

  await choose(other, 'Plans', 'Rename')
  await other.getByLabel('New name').fill('Plans 2027')
  await other.keyboard.press('Enter')
  await row(ada, 'Plans 2027').getByText('Grace updated').waitFor()
  expect(await shownNames(ada)).toEqual(['Plans 2027'])

  await choose(other, 'Plans 2027', 'Delete')
  await other.getByRole('button', { name: 'Delete for ever' }).click()
  await ada.getByText('This folder is empty').waitFor()

  await other.goto('about:blank')
  await ada.getByRole('img', { name: 'Also here' }).waitFor({ state: 'detached' })
})

test('the names above a folder, and the title, follow what somebody else renames and moves', async () => {
  const top = await rig.makeFolder('Projects')
  const folder = await rig.makeFolder('Bridge', await rig.makeFolder('Old', top))
  const { page } = await rig.open({ path: `/f/${folder}` })
  const crumbs = page.getByRole('navigation', { name: 'Way to this folder' })
  await crumbs.getByText('Bridge').waitFor()
  await rig.client.call('entry.rename', { entry: top, name: 'Works' })
  await crumbs.getByRole('link', { name: 'Works' }).waitFor()
  await rig.client.call('entry.rename', { entry: folder, name: 'Bridges' })
  await crumbs.getByText('Bridges').waitFor()
  await expect.poll(() => page.title()).toContain('Bridges')
  await rig.client.call('entry.move', { entries: [folder], folder: top, onClash: 'fail' })
  await crumbs.getByRole('link', { name: 'Old' }).waitFor({ state: 'detached' })
  await crumbs.getByRole('link', { name: 'Works' }).waitFor()
})

test("somebody else's upload is a row with its progress, then the file", async () => {
  const path = `/f/${await sharedFolder('Film')}`
  const file = await randomFile(join(rig.directory, 'film.mov'), 128 * MiB)
  const { page: ada } = await rig.open({ path })
  const { page: other } = await rig.open({ path, as: grace })
  await drop(other, [file])
  await ghost(ada, 'film.mov').getByText('Grace is uploading', { exact: true }).waitFor()
  const share = ghost(ada, 'film.mov').locator('.size')
  await expect.poll(() => share.textContent(), { interval: 20 }).toMatch(/^\s*[1-9]\d?%\s*$/)
  await row(ada, 'film.mov').waitFor()
  await ghost(ada, 'film.mov').waitFor({ state: 'detached' })
})

test('one person on two devices sees the same folder', async () => {
  const path = `/f/${await rig.makeFolder('Both')}`
  const { page: one } = await rig.open({ path })
  const { page: two } = await rig.open({ path, colorScheme: 'dark' })
  await two.getByRole('button', { name: 'New', exact: true }).click()
  await two.getByRole('menuitem', { name: 'New folder' }).click()
  await two.getByLabel('Name').fill('From the other device')
  await two.getByRole('button', { name: 'Create folder' }).click()
  await row(one, 'From the other device').getByText('Added').waitFor()
  expect(await one.getByRole('img', { name: 'Also here' }).count()).toBe(0)
})

test('nothing under the pointer moves when rows come above it', async () => {
  const folder = await rig.makeFolder('Long')
  for (let i = 10; i < 90; i++) await rig.makeFolder(`m ${i}`, folder)
  const { page } = await rig.open({ path: `/f/${folder}` })
  await page.locator('wherry-entry-list .scroller').evaluate(scroller => {
    scroller.scrollTop = 900
  })
  const aimedAt = row(page, 'm 36')
  await aimedAt.hover()
  const before = await aimedAt.boundingBox()
  for (let i = 0; i < 5; i++) await rig.makeFolder(`a ${i}`, folder)
  await page.getByText('85 items').waitFor()
  await page.getByRole('button', { name: '5 new above' }).waitFor()
  expect(await aimedAt.boundingBox()).toEqual(before)
  await page.getByRole('button', { name: '5 new above' }).click()
  await row(page, 'a 0').waitFor()
})

test('when the last row goes, the first comes and the folder goes, it is told and the focus stays in its place', async () => {
  const folder = await rig.makeFolder('Short-lived')
  const only = await rig.makeFolder('Only', folder)
  const { page } = await rig.open({ path: `/f/${folder}` })
  await row(page, 'Only').click()
  const grid = page.getByRole('grid', { name: 'Short-lived' })
  await expect.poll(() => isFocused(grid)).toBe(true)
  const substitute = page.locator('wherry-empty-folder')
  await rig.client.call('entry.delete', { entries: [only] })
  await page.getByText('This folder is empty').waitFor()
  await expect.poll(() => isFocused(substitute)).toBe(true)
  await rig.makeFolder('Next', folder)
  await row(page, 'Next').waitFor()
  await expect.poll(() => isFocused(grid)).toBe(true)
  await rig.client.call('entry.delete', { entries: [folder] })
  await page.getByRole('status').getByText('This folder is not here').waitFor({ state: 'attached' })
  await expect.poll(() => isFocused(substitute)).toBe(true)
  expect(await page.title()).toBe('This folder is not here · Wherry')
  expect(await page.locator('wherry-selection-bar').isVisible()).toBe(false)
})

test('a folder that was moved out of sight is there again when it is moved back, with its name and its rows', async () => {
  const shared = await sharedFolder('Seen')
  const folder = await rig.makeFolder('Wanderer', shared)
  await rig.makeFolder('Inside', folder)
  const { page } = await rig.open({ path: `/f/${folder}`, as: grace })
  await row(page, 'Inside').waitFor()
  await rig.client.call('entry.move', { entries: [folder], folder: rig.root, onClash: 'fail' })
  await page.getByText('This folder is not here').first().waitFor()
  await rig.makeFolder('Meanwhile', folder)
  await rig.client.call('entry.move', { entries: [folder], folder: shared, onClash: 'fail' })
  await row(page, 'Meanwhile').waitFor()
  expect(await shownNames(page)).toEqual(['Inside', 'Meanwhile'])
  await expect.poll(() => page.title()).toContain('Wanderer')
})

test('the menu of a row that goes closes, and so does the field for its name', async () => {
  const folder = await rig.makeFolder('Fleeting')
  const names = ['one', 'two', 'three']
  const ids = await Promise.all(names.map(name => rig.makeFolder(name, folder)))
  const { page } = await rig.open({ path: `/f/${folder}` })
  const remove = (index: number) => rig.client.call('entry.delete', { entries: [ids[index] ?? ''] })
  const menu = page.getByRole('menu', { name: 'Actions' })
  const grid = page.getByRole('grid', { name: 'Fleeting' })
  await row(page, 'one').click({ button: 'right' })
  await menu.waitFor()
  await remove(0)
  await menu.waitFor({ state: 'hidden' })
  await expect.poll(() => isFocused(grid)).toBe(true)

  await choose(page, 'two', 'Rename')
  await page.getByLabel('New name').fill('zwei')
  await remove(1)
  await page.getByText('What you were renaming is not there any more.').waitFor()
  await page.getByLabel('New name').waitFor({ state: 'detached' })
  await expect.poll(() => isFocused(grid)).toBe(true)
})

test('a name that others give up can be taken at once, in the field that said that it is taken', async () => {
  const folder = await rig.makeFolder('Names')
  const taken = await rig.makeFolder('taken', folder)
  await rig.makeFolder('mine', folder)
  const { page } = await rig.open({ path: `/f/${folder}` })
  await choose(page, 'mine', 'Rename')
  await page.getByLabel('New name').fill('taken')
  await page.getByText('Something here has that name already.').waitFor()
  await rig.client.call('entry.delete', { entries: [taken] })
  await row(page, 'taken').waitFor({ state: 'detached' })
  await page.keyboard.press('Enter')
  await row(page, 'taken').waitFor()
  expect(await shownNames(page)).toEqual(['taken'])
})
