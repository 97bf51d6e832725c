import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Locator, Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { accessibilityProblems } from '../support/accessibility.ts'
import { dropToSend } from '../support/direct-send.ts'
import { webRig } from '../support/web-rig.ts'
import { drop, endOf, row, shownNames } from '../support/web-steps.ts'

const rig = webRig()
const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }

const centreOf = async (place: Locator): Promise<{ x: number; y: number }> => {
  const { x, y, width, height } = (await place.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 }
  return { x: x + width / 2, y: y + height / 2 }
}

/** Uploads small files into a folder, from a page that is none of a phone. */
const withFiles = async (name: string, names: readonly string[]): Promise<string> => {
  const folder = await rig.makeFolder(name)
  const { page } = await rig.open({ path: `/f/${folder}` })
  const paths = names.map(one => join(rig.directory, one))
  for (const path of paths) await writeFile(path, `what is in ${path}\n`)
  await drop(page, paths)
  await expect.poll(async () => (await rig.list(folder)).length).toBe(names.length)
  return folder
}

const thirtyFour = Array.from({ length: 34 }, (_, i) => `file ${String(i + 1).padStart(2, '0')}.txt`)

const openSheet = async (page: Page, name: string) => {
  await page.getByRole('button', { name: `Actions for ${name}` }).tap()
  await page.getByRole('menu', { name: 'Actions' }).waitFor()
}

test('the address of a file further down brings it wholly into view, and also after a reload a tap opens another one', async () => {
  const folder = await withFiles('Thirty-four', thirtyFour)
  const entry = (await rig.list(folder)).find(({ name }) => name === 'file 24.txt')
  const { page } = await rig.open({ ...phone, path: `/f/${entry?.id}` })
  const shown = row(page, 'file 24.txt')
  await shown.waitFor()
  await expect.poll(() => shown.getAttribute('aria-selected')).toBe('true')
  const list = page.locator('wherry-entry-list')
  await expect.poll(async () => (await endOf(shown)) <= (await endOf(list))).toBe(true)
  expect((await shown.boundingBox())?.y).toBeGreaterThan((await list.boundingBox())?.y ?? 0)

  // The history knows it once the list came to rest.
  await page.waitForFunction(() =>
    JSON.stringify(navigation.currentEntry?.getState() ?? null).includes('"selected":["'),
  )
  await page.reload()
  await expect.poll(() => shown.getAttribute('aria-selected')).toBe('true')
  await row(page, 'file 22.txt').locator('.title').tap()
  await page.getByRole('dialog').getByText('file 22.txt').first().waitFor()
})

test('what the page selects by itself, as the address names it or as it is new, does not make taps select', async () => {
  const folder = await withFiles('Named', ['one.txt', 'two.txt'])
  const entry = (await rig.list(folder)).find(({ name }) => name === 'two.txt')
  const { page } = await rig.open({ ...phone, path: `/f/${entry?.id}` })
  await row(page, 'two.txt').waitFor()
  await row(page, 'one.txt').locator('.title').tap()
  await page.getByRole('dialog').getByText('one.txt').first().waitFor()
  await page.goBack()
  await page.getByRole('button', { name: 'Add', exact: true }).tap()
  await page.getByRole('menuitem', { name: 'New folder' }).tap()
  await page.getByLabel('Name', { exact: true }).fill('Made')
  await page.keyboard.press('Enter')
  await expect.poll(() => row(page, 'Made').getAttribute('aria-selected')).toBe('true')
  await row(page, 'Made').locator('.title').tap()
  await page.getByText('This folder is empty').waitFor()
})

test('a preview fits into the window, however long the name of its file is', async () => {
  const name = `${'Screenshot_20261130'.repeat(10)}.txt`
  const folder = await withFiles('With long names', [name])
  const { page } = await rig.open({ path: `/f/${folder}`, ...phone })
  await row(page, name).locator('.title').tap()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('what is in').waitFor()
  expect(await dialog.evaluate(({ scrollWidth, clientWidth }) => scrollWidth <= clientWidth)).toBe(true)
  const box = await dialog.getByRole('button', { name: 'Close' }).boundingBox()
  expect((box?.x ?? 1000) + (box?.width ?? 0)).toBeLessThanOrEqual(390)
})

test('lifting the finger after a long press chooses nothing of the menu that came up under it', async () => {
  const folder = await withFiles('Held', thirtyFour)
  const { page } = await rig.open({ ...phone, path: `/f/${folder}` })
  const session = await page.context().newCDPSession(page)
  for (const name of ['file 02.txt', 'file 09.txt']) {
    const touch = await centreOf(row(page, name).locator('.title'))
    await session.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [touch] })
    const menu = page.getByRole('menu', { name: 'Actions' })
    await menu.waitFor()
    await session.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] })
    await page.evaluate(() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))))
    expect(await menu.isVisible()).toBe(true)
    expect(await page.getByRole('dialog').count()).toBe(0)
    // The next touch is meant.
    await page.getByRole('menuitem', { name: 'Rename' }).tap()
    await page.getByLabel('New name').waitFor()
    await page.keyboard.press('Escape')
  }
})

test('what was cut or copied is said, and pasted with Add', async () => {
  const folder = await withFiles('Carried', ['carried.txt'])
  await rig.makeFolder('Target', folder)
  const { page } = await rig.open({ ...phone, path: `/f/${folder}` })
  await openSheet(page, 'carried.txt')
  await page.getByRole('menuitem', { name: 'Copy', exact: true }).tap()
  const messages = page.getByRole('region', { name: 'Messages' })
  await messages.getByText('Copied. Paste where you want it.').waitFor()
  await openSheet(page, 'carried.txt')
  await page.getByRole('menuitem', { name: 'Cut', exact: true }).tap()
  await messages.getByText('Cut. Paste to move.').waitFor()
  await row(page, 'Target').locator('.title').tap()
  await page.getByText('This folder is empty').waitFor()
  await page.getByRole('button', { name: 'Add', exact: true }).tap()
  await page.getByRole('menuitem', { name: 'Paste' }).tap()
  await row(page, 'carried.txt').waitFor()
  await page.getByRole('button', { name: 'Add', exact: true }).tap()
  await page.getByRole('menuitem', { name: 'New folder' }).waitFor()
  expect(await page.getByRole('menuitem', { name: 'Paste' }).count()).toBe(0)
})

/** How much of an element's height can be seen and pressed: nothing else lies over it. */
const seenHeight = (place: Locator): Promise<number> =>
  place.evaluate(element => {
    const { left, width, top, bottom } = element.getBoundingClientRect()
    const isSeen = (y: number) => {
      const at = (element.getRootNode() as ShadowRoot).elementFromPoint(left + width / 2, y)
      return at !== null && element.contains(at)
    }
    let height = 0
    for (let y = Math.ceil(top); y < bottom; y++) if (isSeen(y)) height++
    return height
  })

test.each([
  [320, 256],
  [427, 240],
  [320, 180],
])('at %i by %i, as much as a large zoom leaves, rows are seen whole', async (width, height) => {
  const folder = await withFiles(`Zoomed to ${width} by ${height}`, [
    'a.txt',
    'b.txt',
    'c.txt',
    'd.txt',
    'e.txt',
    'f.txt',
  ])
  const { page } = await rig.open({ viewport: { width, height }, path: `/f/${folder}` })
  await row(page, 'a.txt').waitFor()
  const list = page.locator('wherry-entry-list .scroller')
  const keys = { Home: 'a.txt', End: 'f.txt', ArrowUp: 'e.txt' }
  const lookAtAll = async () => {
    await list.focus()
    for (const [key, name] of Object.entries(keys)) {
      await page.keyboard.press(key)
      await expect.poll(() => seenHeight(row(page, name))).toBeGreaterThan(56)
    }
  }
  await lookAtAll()
  await page.keyboard.press('F2')
  await page.getByLabel('New name').waitFor()
  await page.keyboard.type('a')
  await expect.poll(() => seenHeight(page.locator('wherry-rename-field p'))).toBeGreaterThan(20)
  await page.keyboard.press('Escape')

  const small = join(rig.directory, 'small.txt')
  await writeFile(small, 'small')
  await drop(page, [small])
  await page.getByRole('button', { name: 'Show uploads' }).waitFor()
  keys.End = 'small.txt'
  keys.ArrowUp = 'f.txt'
  await row(page, 'small.txt').waitFor({ state: 'attached' })
  await lookAtAll()
})

test('where the list has no head, a menu sorts it', async () => {
  const folder = await withFiles('Sorted', ['b.txt', 'a.txt', 'long.txt'])
  const { page } = await rig.open({ ...phone, path: `/f/${folder}` })
  await row(page, 'a.txt').waitFor()
  const sort = async (by: string) => {
    await page.getByRole('button', { name: 'Sort', exact: true }).tap()
    const menu = page.getByRole('menu', { name: 'Sort' })
    await menu.waitFor()
    const chosen = await menu.getByRole('menuitemradio', { checked: true }).innerText()
    await menu.getByRole('menuitemradio', { name: by, exact: true }).tap()
    await menu.waitFor({ state: 'hidden' })
    return chosen
  }
  expect(await sort('Name')).toBe('Name')
  await expect.poll(() => shownNames(page)).toEqual(['long.txt', 'b.txt', 'a.txt'])
  await sort('Size')
  await expect.poll(() => shownNames(page)).toEqual(['a.txt', 'b.txt', 'long.txt'])
  expect(await sort('Size')).toBe('Size')
  await expect.poll(async () => (await shownNames(page))[0]).toBe('long.txt')
  await row(page, 'a.txt').waitFor()
  const { page: wide } = await rig.open({ path: `/f/${folder}` })
  await row(wide, 'a.txt').waitFor()
  expect(await wide.getByRole('button', { name: 'Sort', exact: true }).isVisible()).toBe(false)
})

test('a folder that is open, also one that was given, has its access changed on a phone', async () => {
  const folder = await rig.makeFolder('Given on')
  const greta = await rig.makeUser('Greta-Longname-Surnamesson')
  await rig.share(folder, greta.id, 'admin')
  const small = { ...phone, viewport: { width: 320, height: 568 } }
  const { page } = await rig.open({ ...small, as: greta, path: `/f/${folder}` })
  await page.getByRole('button', { name: 'Access', exact: true }).tap()
  const own = page.locator('wherry-access-dialog li').filter({ hasText: 'Greta' })
  await own.waitFor()
  // The whole name in two lines at the most, and its level below.
  const name = await own.locator('b').boundingBox()
  expect(name?.height).toBeLessThan(50)
  const level = await own.getByRole('combobox').boundingBox()
  expect(level?.y).toBeGreaterThan((name?.y ?? 0) + (name?.height ?? 0))
  const dialog = page.locator('wherry-access-dialog dialog')
  expect(await dialog.evaluate(({ scrollWidth, clientWidth }) => scrollWidth <= clientWidth)).toBe(true)
})

test('the sheet of a row names it, selects all, and shows its details', async () => {
  const long = `${'Minutes of the meeting '.repeat(6)}at last.txt`
  const folder = await withFiles('With details', [long, 'other.txt'])
  const { page } = await rig.open({ ...phone, path: `/f/${folder}` })
  await openSheet(page, long)
  const menu = page.getByRole('menu', { name: 'Actions' })
  const head = page.locator('wherry-menu .chosen')
  await expect.poll(() => head.innerText()).toBe(long)
  expect(await head.evaluate(({ scrollWidth, clientWidth }) => scrollWidth <= clientWidth)).toBe(true)
  await menu.getByRole('menuitem', { name: 'Details' }).tap()
  const details = page.getByRole('dialog', { name: 'Details' })
  await details.waitFor()
  const pane = page.locator('wherry-details-pane')
  await pane.getByText('verified').waitFor()
  expect(await pane.locator('h2').innerText()).toBe(long)
  expect(await accessibilityProblems(page)).toEqual([])
  await page.locator('wherry-dialog').getByRole('button', { name: 'Close' }).tap()
  await details.waitFor({ state: 'detached' })
  await openSheet(page, long)
  await menu.getByRole('menuitem', { name: 'Select all' }).tap()
  await page.getByText('2 selected').first().waitFor()
  await page.getByRole('button', { name: 'More actions' }).tap()
  await menu.waitFor()
  expect(await head.count()).toBe(0)
  // On a wide page the pane is beside the list, and the keys are for the rest.
  const { page: wide } = await rig.open({ path: `/f/${folder}` })
  await row(wide, 'other.txt').click({ button: 'right' })
  const items = await wide.getByRole('menu', { name: 'Actions' }).getByRole('menuitem').allInnerTexts()
  expect(items.join()).not.toMatch(/Details|Select all/)
})

test('the account menu has what is used of the own space', async () => {
  const { page } = await rig.open(phone)
  await page.getByRole('button', { name: 'Account' }).tap()
  await page.locator('wherry-account-menu').getByText('used', { exact: false }).waitFor()
})

test('the code of a send is in view once files were chosen', async () => {
  const paths = Array.from({ length: 12 }, (_, i) => join(rig.directory, `sent ${i}.txt`))
  for (const path of paths) await writeFile(path, path)
  const { page } = await rig.open({ ...phone, viewport: { width: 320, height: 568 }, path: '/send' })
  await dropToSend(page, paths)
  const code = page.locator('wherry-invitation .code')
  await code.waitFor()
  await expect.poll(() => endOf(code)).toBeLessThanOrEqual(568)
  expect((await code.boundingBox())?.y).toBeGreaterThan(0)
})
