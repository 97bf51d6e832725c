import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { randomFile } from '../support/files.ts'
import { administrator } from '../support/hub-process.ts'
import { webRig } from '../support/web-rig.ts'
import { choose, drop, row, shownNames } from '../support/web-steps.ts'

const rig = webRig()

const selected = (page: Page): Promise<string[]> =>
  page.locator('wherry-entry-list .row[aria-selected="true"] .title').allTextContents()

/** What has the focus, inside of however many components, in words. */
const focused = (page: Page): Promise<string> =>
  page.evaluate(() => {
    let element = document.activeElement
    while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement
    return `${element?.getAttribute('role') ?? element?.tagName} ${element?.getAttribute('aria-label') ?? element?.textContent?.trim()} ${element?.closest('li')?.textContent}`
  })

/** Tab until what has the focus is described so; fails when a round has passed. */
const tabTo = async (page: Page, description: RegExp): Promise<void> => {
  for (let i = 0; i < 60; i++) {
    await page.keyboard.press('Tab')
    if (description.test(await focused(page))) return
  }
  throw new Error(`Tab does not come to ${description}`)
}

const newFolder = async (page: Page, name: string): Promise<void> => {
  await page.keyboard.press('Alt+N')
  await page.getByRole('dialog', { name: 'New folder' }).waitFor()
  await page.keyboard.type(name)
  await page.keyboard.press('Enter')
  await row(page, name).waitFor()
  await page.locator('wherry-dialog').waitFor({ state: 'detached' })
}

/** Closes the open dialog and presses Alt+N with nothing between, as quick fingers can. */
const closeAndPress = (page: Page): Promise<void> =>
  page.evaluate(() => {
    const inside = (root: Document | ShadowRoot): Element[] =>
      [...root.querySelectorAll('*')].flatMap(element => [
        element,
        ...(element.shadowRoot ? inside(element.shadowRoot) : []),
      ])
    const dialog = inside(document).find(element =>
      element.matches('wherry-dialog'),
    ) as unknown as HTMLDialogElement
    dialog.close()
    let focused: Element = document.body
    for (let next = document.activeElement; next; next = next.shadowRoot?.activeElement ?? null)
      focused = next
    const key = { key: 'n', code: 'KeyN', altKey: true, bubbles: true, composed: true, cancelable: true }
    focused.dispatchEvent(new KeyboardEvent('keydown', key))
  })

test('everything is done with the keyboard alone', async () => {
  const { page } = await rig.open({ as: null })
  const { keyboard } = page
  await page.locator('input[name="email"]:focus').waitFor()
  await keyboard.type(administrator.email)
  await keyboard.press('Tab')
  await keyboard.type(administrator.password)
  await keyboard.press('Enter')
  await page.getByText('This folder is empty').waitFor()

  // The first folder from the menu, the others by a key.
  await tabTo(page, /^BUTTON New/)
  await keyboard.press('Enter')
  await page.getByRole('menuitem', { name: 'New folder' }).waitFor()
  await keyboard.press('Enter')
  await page.getByRole('dialog', { name: 'New folder' }).waitFor()
  await keyboard.type('Alpha')
  await keyboard.press('Enter')
  await row(page, 'Alpha').waitFor()
  await page.locator('wherry-dialog').waitFor({ state: 'detached' })
  await tabTo(page, /^grid/)
  for (const name of ['Beta', 'Gamma', 'Delta']) {
    await page.locator('wherry-entry-list .scroller').waitFor()
    await newFolder(page, name)
  }
  expect(await shownNames(page)).toEqual(['Alpha', 'Beta', 'Delta', 'Gamma'])

  // Into a folder and back.
  await keyboard.press('Home')
  expect(await selected(page)).toEqual(['Alpha'])
  await keyboard.press('Enter')
  await page.getByText('This folder is empty').waitFor()
  await keyboard.press('Backspace')
  await row(page, 'Beta').waitFor()

  // A name that is typed is gone to; F2 edits it.
  await keyboard.type('be')
  await expect.poll(() => selected(page)).toEqual(['Beta'])
  await keyboard.press('F2')
  await page.getByLabel('New name').waitFor()
  await keyboard.type('Beta 2')
  await keyboard.press('Enter')
  await row(page, 'Beta 2').waitFor()

  // The menu of the row.
  await keyboard.press('Shift+F10')
  await page.getByRole('menuitem', { name: 'Rename' }).waitFor()
  await keyboard.press('Escape')
  await page.getByRole('menuitem', { name: 'Rename' }).waitFor({ state: 'hidden' })

  // A move, and taking it back from its message.
  await page.locator('wherry-entry-list .scroller:focus').waitFor()
  await keyboard.press('Control+x')
  await keyboard.press('Home')
  await expect.poll(() => selected(page)).toEqual(['Alpha'])
  await keyboard.press('Enter')
  await page.getByText('Drop files or folders anywhere').waitFor()
  await keyboard.press('Control+v')
  await row(page, 'Beta 2').waitFor()
  await tabTo(page, /^BUTTON Undo[\s\S]*moved/)
  await keyboard.press('Enter')
  await page.getByText('This folder is empty').waitFor()
  await tabTo(page, /^A Files/)
  await keyboard.press('Enter')
  await row(page, 'Beta 2').waitFor()
  await tabTo(page, /^grid/)

  // Several at once, deleted after a question.
  await keyboard.press('End')
  await keyboard.press('Shift+ArrowUp')
  expect((await selected(page)).toSorted()).toEqual(['Delta', 'Gamma'])
  await keyboard.press('Delete')
  await page.getByRole('dialog', { name: 'Delete 2 items?' }).waitFor()
  await keyboard.press('Tab')
  await keyboard.press('Enter')
  await row(page, 'Gamma').waitFor({ state: 'detached' })
  await page.locator('wherry-dialog').waitFor({ state: 'detached' })

  await keyboard.press('?')
  await page.getByRole('dialog', { name: 'Keyboard' }).waitFor()
  await keyboard.press('Escape')
  await page.locator('wherry-dialog').waitFor({ state: 'detached' })

  await keyboard.press('/')
  await keyboard.type('alp')
  await expect.poll(() => shownNames(page)).toEqual(['Alpha'])
  await keyboard.press('Escape')
  await expect.poll(() => shownNames(page)).toEqual(['Alpha', 'Beta 2'])
})

test('a key works right after a dialog is closed, wherever it was opened from', async () => {
  const { page } = await rig.open({ path: `/f/${await rig.makeFolder('Quick')}` })
  const { keyboard } = page
  const field = page.locator('wherry-new-folder-dialog input')
  await page.getByText('This folder is empty').waitFor()
  await keyboard.press('Alt+N')
  for (const name of ['One', 'Two']) {
    await field.waitFor()
    await closeAndPress(page)
    await field.waitFor()
    await keyboard.type(name)
    await keyboard.press('Enter')
    await row(page, name).waitFor()
    await page.locator('wherry-dialog').waitFor({ state: 'detached' })
    await keyboard.press('Alt+N')
  }
  await field.waitFor()
  await keyboard.press('Escape')
  await page.locator('wherry-dialog').waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'New', exact: true }).click()
  await page.getByRole('menuitem', { name: 'New folder' }).click()
  await field.waitFor()
  await keyboard.press('Escape')
  await page.locator('wherry-dialog').waitFor({ state: 'detached' })
  await keyboard.press('Alt+N')
  await field.waitFor()
})

test('the focus stays where the work is when what had it goes', async () => {
  const folder = await rig.makeFolder('Walked')
  await rig.makeFolder('deeper', await rig.makeFolder('in it', folder))
  await rig.makeFolder('moved', folder)
  const keeper = await rig.makeUser('Keeper')
  await rig.open({ as: keeper })
  const { page } = await rig.open({ path: `/f/${folder}` })

  await choose(page, 'moved', 'Move to…')
  await expect.poll(() => focused(page)).toContain('Folder above')
  await tabTo(page, /^BUTTON in it/)
  await page.keyboard.press('Enter')
  await page
    .getByText('No folders in here')
    .or(page.getByRole('button', { name: 'deeper' }))
    .waitFor()
  await expect.poll(() => focused(page)).toContain('Folder above')
  await page.keyboard.press('Escape')

  await page.getByRole('button', { name: 'Account' }).click()
  await page.getByRole('menuitem', { name: 'Sessions' }).click()
  await page.getByRole('button', { name: 'End the session' }).first().waitFor()
  await tabTo(page, /End the session/)
  await page.keyboard.press('Enter')
  await expect.poll(() => focused(page)).toContain('H2 Sessions')
  await page.keyboard.press('Escape')

  await page.goto(`${rig.hub.url}/users`)
  await page.getByRole('button', { name: 'Disable: keeper@example.org' }).waitFor()
  await tabTo(page, /Disable: keeper@example\.org/)
  await page.keyboard.press('Enter')
  await page.getByRole('dialog', { name: 'Disable keeper@example.org?' }).waitFor()
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await expect.poll(() => focused(page)).toContain('Enable: keeper@example.org')
})

test('the keys of folders are told on every page', async () => {
  const { page } = await rig.open({ path: '/send' })
  await page.getByRole('button', { name: 'Account' }).click()
  await page.getByRole('menuitem', { name: 'Keyboard' }).click()
  const dialog = page.getByRole('dialog', { name: 'Keyboard' })
  await dialog.waitFor()
  await page.getByText('Go from row to row').waitFor()
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
})

test('a name is found by typing it with its capital letter, whatever the letter is', async () => {
  const folder = await rig.makeFolder('Capitals')
  const names = ['Alpha', 'Documents', 'Images', 'Movies', 'Notes', 'Stories']
  for (const name of names) await rig.makeFolder(name, folder)
  const { page } = await rig.open({ path: `/f/${folder}` })
  await row(page, 'Alpha').click()
  for (const name of names) {
    await page.keyboard.type(name)
    await expect.poll(() => selected(page)).toEqual([name])
    // After the pause the next letter begins another name.
    await page.waitForTimeout(900)
  }
  expect(await page.getByRole('dialog').count()).toBe(0)
  const download = page.waitForEvent('download')
  await page.keyboard.press('Control+s')
  expect((await download).suggestedFilename()).toBe('Stories.zip')
})

/** What of the list has a line around it: the names of rows, or the grid itself. */
const ringed = (page: Page): Promise<string[]> =>
  page
    .locator('wherry-entry-list')
    .evaluate(({ shadowRoot }) =>
      [...(shadowRoot?.querySelectorAll('[role="grid"], .row, .tile') ?? [])]
        .filter(element => getComputedStyle(element).outlineStyle === 'solid')
        .map(element =>
          element.role === 'grid' ? 'grid' : (element.querySelector('.title')?.textContent ?? ''),
        ),
    )

test.each(['list', 'grid'])(
  'the keyboard is seen wherever it is in the %s, and stays there without a selection',
  async view => {
    const folder = await rig.makeFolder(`Seen in the ${view}`)
    for (const name of ['a', 'b', 'c', 'd']) await rig.makeFolder(name, folder)
    const grace = await rig.makeUser(`Grace-${view}`)
    await rig.share(folder, grace.id, 'write')
    const { page } = await rig.open({ path: `/f/${folder}` })
    await row(page, 'a').waitFor()
    if (view === 'grid') await page.getByRole('button', { name: 'Grid view' }).click()
    await page.mouse.move(0, 0)
    await tabTo(page, /^grid/)
    expect(await ringed(page)).toEqual(['grid'])
    await page.keyboard.press('Home')
    const next = view === 'grid' ? 'ArrowRight' : 'ArrowDown'
    await page.keyboard.press(next)
    await expect.poll(() => ringed(page)).toEqual(['b'])
    await page.keyboard.press('Escape')
    await page.locator('[aria-selected="true"]').waitFor({ state: 'detached' })
    expect(await ringed(page)).toEqual(['b'])
    await page.keyboard.press(next)
    await expect.poll(() => ringed(page)).toEqual(['c'])

    const { page: other } = await rig.open({ as: grace, path: `/f/${folder}` })
    await drop(other, [await randomFile(join(rig.directory, 'film.mov'), 64 * 2 ** 20)])
    await other.getByRole('button', { name: 'Pause film.mov' }).click()
    await page.locator('wherry-entry-list .ghost').waitFor()
    await page.keyboard.press('End')
    await expect.poll(() => ringed(page)).toEqual(['film.mov'])
    await other.getByRole('button', { name: 'Cancel film.mov' }).click()
  },
)

test('signs are commands at the list, and not on a link or a button', async () => {
  const { page } = await rig.open({ path: `/f/${await rig.makeFolder('Signs')}` })
  await page.getByText('This folder is empty').waitFor()
  const places = [
    page.getByRole('button', { name: 'Account' }),
    page.getByRole('link', { name: 'Users' }).first(),
  ]
  for (const place of places) {
    for (const sign of ['?', '/']) await place.press(sign)
    await place.press('Alt+N')
    await page.getByRole('dialog', { name: 'New folder' }).waitFor()
    await page.keyboard.press('Escape')
    await page.locator('wherry-dialog').waitFor({ state: 'detached' })
    expect(await place.evaluate(element => element.matches(':focus'))).toBe(true)
  }
  await page.locator('wherry-empty-folder').press('?')
  await page.getByRole('dialog', { name: 'Keyboard' }).waitFor()
})

test('an empty folder has its menu by a key, too, and Tab goes on from what a menu was opened from', async () => {
  const { page } = await rig.open({ path: `/f/${await rig.makeFolder('Menus')}` })
  const item = page.getByRole('menuitem', { name: 'New folder' })
  await page.getByRole('button', { name: 'Upload files' }).press('Shift+F10')
  await item.waitFor()
  await page.keyboard.press('Escape')
  await item.waitFor({ state: 'hidden' })

  const opener = page.getByRole('button', { name: 'New', exact: true })
  await opener.focus()
  await page.keyboard.press('Tab')
  const next = await focused(page)
  await opener.press('Enter')
  await item.waitFor()
  await page.keyboard.press('Tab')
  await item.waitFor({ state: 'hidden' })
  expect(await focused(page)).toBe(next)
})
