import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { limits } from '../../protocol/limits.ts'
import { putFile } from '../support/put-file.ts'
import { webRig } from '../support/web-rig.ts'
import { choose, drop, endOf, openFolder, row, shownNames } from '../support/web-steps.ts'

const rig = webRig()

const folderWith = async (name: string, inside: readonly string[]): Promise<string> => {
  const folder = await rig.makeFolder(name)
  for (const one of inside) await rig.makeFolder(one, folder)
  return folder
}

/** Uploads a small file in the page, and answers its id. */
const dropped = async (page: Page, folder: string, name: string): Promise<string> => {
  const path = join(rig.directory, name)
  await writeFile(path, `what is in ${name}\n`)
  await drop(page, [path])
  const find = async () => (await rig.list(folder)).find(entry => entry.name === name)?.id
  await expect.poll(find).toBeDefined()
  return (await find()) ?? ''
}

const selected = (page: Page): Promise<string[]> =>
  page.locator('wherry-entry-list .row[aria-selected="true"] .title').allTextContents()

test('a name that is being typed stays as it is when somebody else renames the entry', async () => {
  const folder = await folderWith('Renaming', ['alpha'])
  const { page } = await rig.open({ path: `/f/${folder}` })
  await choose(page, 'alpha', 'Rename')
  await page.getByLabel('New name').fill('mine')
  const [entry] = await rig.list(folder)
  await rig.client.call('entry.rename', { entry: entry?.id ?? '', name: 'zeta' })
  await row(page, 'zeta').waitFor({ state: 'attached' })
  await page.keyboard.type('!')
  await page.keyboard.press('Enter')
  await row(page, 'mine!').waitFor()
})

test('why a name is not possible is seen below the last row in view, too', async () => {
  const names = Array.from({ length: 40 }, (_, i) => `n${i + 100}`)
  const folder = await folderWith('Clashing', names)
  const { page } = await rig.open({ path: `/f/${folder}` })
  await row(page, 'n100').waitFor()
  const list = page.locator('wherry-entry-list')
  for (const key of ['Home', 'End']) {
    await list.locator('.scroller').focus()
    await page.keyboard.press(key)
    await row(page, key === 'Home' ? 'n100' : 'n139').waitFor()
    const lowest = await list.evaluate(element => {
      const end = element.getBoundingClientRect().bottom
      const rows = [...(element.shadowRoot?.querySelectorAll<HTMLElement>('.row:not(.head)') ?? [])]
      return rows.findLast(one => one.getBoundingClientRect().bottom <= end)?.querySelector('.title')
        ?.textContent
    })
    await row(page, lowest ?? '').click({ button: 'right' })
    await page.getByRole('menuitem', { name: 'Rename' }).click()
    await page.getByLabel('New name').fill('n105')
    const words = page.getByText('Something here has that name already.')
    await words.waitFor()
    await expect.poll(async () => (await endOf(words)) <= (await endOf(list))).toBe(true)
    await page.keyboard.press('Escape')
  }
})

test('the title of the tab names the open folder, whatever its name and whatever is uploaded', async () => {
  const folder = await folderWith('Titles', ['100 % final', 'other'])
  const { page } = await rig.open({ path: `/f/${folder}` })
  await openFolder(page, '100 % final')
  await expect.poll(() => page.title()).toBe('100 % final · Wherry')
  await page.goBack()
  await openFolder(page, 'other')
  await expect.poll(() => page.title()).toBe('other · Wherry')
  await page.getByRole('link', { name: 'Shared with me' }).first().click()
  await expect.poll(() => page.title()).toBe('Shared with me · Wherry')
})

test('the keyboard goes on in an empty folder that is opened first', async () => {
  const folder = await folderWith('Going in', ['empty'])
  const { page } = await rig.open({ path: `/f/${folder}` })
  await openFolder(page, 'empty')
  await page.locator('wherry-empty-folder:focus').waitFor()
})

test('the address of a file in a long folder brings it into view', async () => {
  const folder = await folderWith(
    'Long',
    Array.from({ length: 120 }, (_, i) => `f${i}`),
  )
  const { page } = await rig.open({ path: `/f/${folder}` })
  const file = await dropped(page, folder, 'zz.txt')
  await page.goto(`${rig.hub.url}/f/${file}`)
  await row(page, 'zz.txt').waitFor()
  expect(await selected(page)).toEqual(['zz.txt'])
})

test('after some rows are deleted the keyboard is at the one behind them', async () => {
  const folder = await folderWith(
    'Range',
    Array.from({ length: 12 }, (_, i) => `n${10 + i}`),
  )
  const { page } = await rig.open({ path: `/f/${folder}` })
  await row(page, 'n12').click()
  await row(page, 'n16').click({ modifiers: ['Shift'] })
  await page.keyboard.press('Delete')
  await page.getByRole('button', { name: 'Delete for ever' }).click()
  await row(page, 'n16').waitFor({ state: 'detached' })
  await page.locator('wherry-dialog').waitFor({ state: 'detached' })
  await page.keyboard.press('ArrowDown')
  await expect.poll(() => selected(page)).toEqual(['n18'])
})

test('the box of all is ticked only if all rows that are shown are selected', async () => {
  const folder = await folderWith('Boxes', ['apple', 'avocado', 'plum'])
  const { page } = await rig.open({ path: `/f/${folder}` })
  await row(page, 'apple').click()
  await row(page, 'avocado').click({ modifiers: ['Control'] })
  const all = page.getByRole('checkbox', { name: 'Select all' })
  await page.getByRole('searchbox').fill('plu')
  await expect.poll(() => shownNames(page)).toEqual(['plum'])
  await expect.poll(() => all.isChecked()).toBe(false)
  await all.click()
  await expect.poll(() => all.isChecked()).toBe(true)
})

test('undoing a move that kept both gives the name back, too', async () => {
  const folder = await folderWith('Undoing', ['a', 'b'])
  const a = (await rig.list(folder)).find(entry => entry.name === 'a')?.id ?? ''
  await rig.makeFolder('b', a)
  const { page } = await rig.open({ path: `/f/${folder}` })
  await row(page, 'b').click()
  await page.keyboard.press('Control+X')
  await openFolder(page, 'a')
  await page.keyboard.press('Control+V')
  await page.getByRole('button', { name: 'Keep both' }).click()
  await row(page, 'b (2)').waitFor()
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect.poll(async () => (await rig.list(folder)).map(entry => entry.name).sort()).toEqual(['a', 'b'])
})

test('of many whose names are taken in part, the others come, or both are kept', async () => {
  const folder = await folderWith('Taken', ['a', 'b', 'c', 'd', 'e', 'f', 'target'])
  const target = (await rig.list(folder)).find(({ name }) => name === 'target')?.id ?? ''
  for (const name of ['a', 'B', 'c', 'd']) await rig.makeFolder(name, target)
  const namesIn = async (place: string) => (await rig.list(place)).map(({ name }) => name).sort()
  const { page } = await rig.open({ path: `/f/${folder}` })
  const take = async (names: readonly string[], keys: string) => {
    await page.goto(`${rig.hub.url}/f/${folder}`)
    for (const [i, name] of names.entries())
      await row(page, name).click(i > 0 ? { modifiers: ['Control'] } : {})
    await page.keyboard.press(keys)
    await openFolder(page, 'target')
    await page.keyboard.press('Control+V')
  }
  await take(['a', 'b', 'c', 'd', 'e'], 'Control+X')
  await page.getByText('4 of 5 names are taken in “target”: “a”, “b”, “c”, 1 more.').waitFor()
  await page.getByRole('button', { name: 'Skip', exact: true }).click()
  await page.getByText('“e” moved to “target”.').waitFor()
  expect(await namesIn(folder)).toEqual(['a', 'b', 'c', 'd', 'f', 'target'])
  expect(await namesIn(target)).toEqual(['B', 'a', 'c', 'd', 'e'])

  await take(['a', 'f'], 'Control+C')
  await page.getByText('The name “a” is taken in “target”.').waitFor()
  await page.getByRole('button', { name: 'Skip', exact: true }).waitFor()
  await page.getByRole('button', { name: 'Keep both', exact: true }).click()
  await row(page, 'a (2)').waitFor()
  await row(page, 'f').waitFor()

  // Of those of which all are taken, there are no others.
  await take(['a', 'b'], 'Control+C')
  await page.getByText('2 of 2 names are taken in “target”').waitFor()
  expect(await page.getByRole('button', { name: 'Skip', exact: true }).count()).toBe(0)
})

test('undoing a copy takes nothing along that came into it meanwhile', async () => {
  const folder = await folderWith('Copying', ['a', 'b'])
  const { page } = await rig.open({ path: `/f/${folder}` })
  await row(page, 'a').click()
  await page.keyboard.press('Control+C')
  await page.keyboard.press('Control+V')
  await row(page, 'a (2)').waitFor()
  const copy = (await rig.list(folder)).find(entry => entry.name === 'a (2)')?.id ?? ''
  await rig.makeFolder('work of somebody else', copy)
  await page.getByRole('button', { name: 'Undo' }).click()
  await page.getByText('“a (2)” was changed meanwhile, so it stays as it is.').waitFor()
  expect(await rig.list(copy)).toHaveLength(1)
})

test('what somebody else deleted meanwhile is named, and the rest is moved, copied and deleted', async () => {
  const folder = await folderWith('Meanwhile', ['a', 'b', 'c', 'd', 'e', 'target'])
  const idOf = async (name: string) => (await rig.list(folder)).find(entry => entry.name === name)?.id ?? ''
  const remove = async (name: string) =>
    rig.client.call('entry.delete', { entries: [await idOf(name)] }).then(() => undefined)
  const target = await idOf('target')
  const inTarget = async () => (await rig.list(target)).map(({ name }) => name).sort()
  const { page } = await rig.open({ path: `/f/${folder}` })
  const take = async (names: readonly string[], keys: string) => {
    for (const [i, name] of names.entries())
      await row(page, name).click(i > 0 ? { modifiers: ['Control'] } : {})
    await page.keyboard.press(keys)
  }
  const goBack = async () => {
    await page.goBack()
    await row(page, 'target').waitFor()
  }
  await take(['a', 'b'], 'Control+X')
  await openFolder(page, 'target')
  await remove('a')
  await page.keyboard.press('Control+V')
  await page.getByText('“b” moved to “target”.').waitFor()
  await page.getByText('“a” is not there any more.').waitFor()
  expect(await inTarget()).toEqual(['b'])

  await goBack()
  await take(['c', 'd'], 'Control+C')
  await openFolder(page, 'target')
  await remove('c')
  await page.keyboard.press('Control+V')
  await page.getByText('“d” copied to “target”.').waitFor()
  await page.getByText('“c” is not there any more.').waitFor()
  expect(await inTarget()).toEqual(['b', 'd'])

  await goBack()
  await take(['d', 'e'], 'Delete')
  await page.getByRole('heading', { name: 'Delete 2 items?' }).waitFor()
  await remove('d')
  await page.getByRole('button', { name: 'Delete for ever' }).click()
  await page.getByText('“e” deleted.').waitFor()
  await page.getByText('“d” is not there any more.').waitFor()
  expect((await rig.list(folder)).map(({ name }) => name)).toEqual(['target'])
})

test('what was moved away or replaced while it was asked whether to delete it stays', async () => {
  const folder = await folderWith('Asked', ['elsewhere'])
  for (const name of ['moved', 'replaced', 'same']) await putFile(rig.client, folder, name, name)
  const idOf = async (name: string) => (await rig.list(folder)).find(entry => entry.name === name)?.id ?? ''
  const [elsewhere, moved] = [await idOf('elsewhere'), await idOf('moved')]
  const { page } = await rig.open({ path: `/f/${folder}` })
  await row(page, 'moved').click()
  await row(page, 'same').click({ modifiers: ['Shift'] })
  await page.keyboard.press('Delete')
  await page.getByRole('heading', { name: 'Delete 3 items?' }).waitFor()
  await rig.client.call('entry.move', { entries: [moved], folder: elsewhere, onClash: 'fail' })
  await putFile(rig.client, folder, 'replaced', 'x'.repeat(200))
  await expect.poll(() => row(page, 'moved').count()).toBe(0)
  await row(page, 'replaced').getByRole('gridcell', { name: '200 bytes' }).waitFor()
  await page.getByRole('button', { name: 'Delete for ever' }).click()
  await page.getByText('“same” deleted.').waitFor()
  await page.getByText('“moved” is not there any more.').waitFor()
  await page.getByText('“replaced” changed meanwhile, and not deleted.').waitFor()
  expect((await rig.list(folder)).map(({ name }) => name)).toEqual(['elsewhere', 'replaced'])
  expect((await rig.list(elsewhere)).map(({ id }) => id)).toEqual([moved])
})

test('what was replaced while the connection was lost is not deleted by who said yes meanwhile', async () => {
  const folder = await folderWith('Asked offline', ['goes'])
  await putFile(rig.client, folder, 'replaced', 'before')
  const { page, context } = await rig.open({ path: `/f/${folder}` })
  await row(page, 'goes').click()
  await row(page, 'replaced').click({ modifiers: ['Shift'] })
  await page.keyboard.press('Delete')
  const confirm = page.getByRole('button', { name: 'Delete for ever' })
  await confirm.waitFor()
  await context.setOffline(true)
  await page.getByText('Offline').first().waitFor()
  await confirm.click()
  await putFile(rig.client, folder, 'replaced', 'after')
  await context.setOffline(false)
  await page.getByText('“goes” deleted.').waitFor()
  await page.getByText('“replaced” changed meanwhile, and not deleted.').waitFor()
  expect((await rig.list(folder)).map(({ name }) => name)).toEqual(['replaced'])
})

test('what was to be deleted without a connection, and was left before it came back, is said to stay', async () => {
  const folder = await folderWith('Left offline', ['goes'])
  await rig.makeFolder('other', folder)
  const { page } = await rig.open({ path: `/f/${folder}` })
  await row(page, 'goes').click()
  await page.keyboard.press('Delete')
  const confirm = page.getByRole('button', { name: 'Delete for ever' })
  await confirm.waitFor()
  await rig.hub.stop()
  await page.locator('wherry-connection-pill[state=reconnecting]').waitFor()
  await confirm.click()
  await row(page, 'other').locator('.title').dblclick()
  await page.getByText('There was no connection: “goes” not deleted.').waitFor()
  await rig.hub.start()
  await expect.poll(async () => (await rig.list(folder)).map(({ name }) => name)).toEqual(['goes', 'other'])
})

test('what cannot be undone, as something is not there any more, is said so by its name', async () => {
  const folder = await folderWith('Not undone', ['from', 'to'])
  const idOf = async (name: string) => (await rig.list(folder)).find(entry => entry.name === name)?.id ?? ''
  const [from, to] = [await idOf('from'), await idOf('to')]
  await rig.makeFolder('thing', from)
  const { page } = await rig.open({ path: `/f/${from}` })
  await row(page, 'thing').click()
  await page.keyboard.press('Control+X')
  await page.keyboard.press('Backspace')
  await openFolder(page, 'to')
  await page.keyboard.press('Control+V')
  await row(page, 'thing').waitFor()
  await rig.client.call('entry.delete', { entries: [from] })
  await page.getByRole('button', { name: 'Undo' }).click()
  await page.getByText('“from” is not there any more, so this cannot be undone.').waitFor()

  await choose(page, 'thing', 'Rename')
  await page.getByLabel('New name').fill('something')
  await page.keyboard.press('Enter')
  await page.getByText('Renamed to “something”.').waitFor()
  await rig.client.call('entry.delete', { entries: (await rig.list(to)).map(({ id }) => id) })
  await page.getByRole('button', { name: 'Undo' }).click()
  await page.getByText('“something” is not there any more, so this cannot be undone.').waitFor()
})

test('a message stays while the pointer or the focus is on it, and goes away some time after', async () => {
  const folder = await folderWith('Messages', ['a', 'b'])
  const { page } = await rig.open({ path: `/f/${folder}` })
  await page.clock.install()
  const longer = () => page.clock.fastForward(15_000)
  const moved = async (name: string) => {
    await row(page, name).click()
    await page.keyboard.press('Control+X')
    await openFolder(page, 'a')
    await page.keyboard.press('Control+V')
    const toast = page.getByText(`“${name}” moved to “a”.`)
    await toast.waitFor()
    return toast
  }
  const toast = await moved('b')
  await toast.hover()
  await longer()
  expect(await toast.isVisible()).toBe(true)
  await page.getByRole('button', { name: 'Undo' }).focus()
  await page.mouse.move(1, 1)
  await longer()
  expect(await toast.isVisible()).toBe(true)
  await page.getByRole('button', { name: 'Dismiss' }).focus()
  await longer()
  expect(await toast.isVisible()).toBe(true)
  await toast.hover()
  await page.getByRole('button', { name: 'Dismiss' }).blur()
  await longer()
  expect(await toast.isVisible()).toBe(true)
  await page.mouse.move(1, 1)
  await longer()
  await toast.waitFor({ state: 'detached' })
})

/** As in browsers that have no Navigation API. */
const withoutNavigation = (): void => void Reflect.deleteProperty(window, 'navigation')

test.for([
  ['with the Navigation API', undefined],
  ['without the Navigation API', withoutNavigation],
] as const)(
  'a file that is shared alone opens from the list of what is shared, and by its address, %s',
  async ([how, script]) => {
    const eve = await rig.makeUser(`Eve ${how}`.replaceAll(' ', '-'))
    const folder = await rig.makeFolder(`Hers alone ${how}`)
    const { page: ada } = await rig.open({ path: `/f/${folder}` })
    const file = await dropped(ada, folder, 'alone.txt')
    await rig.share(file, eve.id, 'read')
    const { page } = await rig.open({ as: eve, path: '/shared', ...(script && { script }) })
    expect(await page.evaluate(() => 'navigation' in window)).toBe(script === undefined)
    await page.getByRole('link', { name: 'alone.txt' }).click()
    await page.getByText('what is in alone.txt').waitFor()
    expect(new URL(page.url()).pathname).toBe('/shared')
    await page.goto(`${rig.hub.url}/f/${file}`)
    await page.getByText('what is in alone.txt').waitFor()
    await page.getByRole('button', { name: 'Close' }).click()
    await page.getByRole('link', { name: 'alone.txt' }).waitFor()
  },
)

test('a move of more than one call takes, that fails in the middle, says what moved, and takes that back', async () => {
  const [from, to] = [await rig.makeFolder('Many from'), await rig.makeFolder('Many to')]
  const count = async (folder: string) => (await rig.client.call('folder.list', { folder, limit: 1 })).total
  const names = Array.from({ length: limits.entriesBatch + 2 }, (_, i) => `e ${10_000 + i}`)
  for (let n = 0; n < names.length; n += 200)
    await Promise.all(names.slice(n, n + 200).map(name => rig.makeFolder(name, from)))
  await rig.makeFolder(names.at(-1) ?? '', to)
  const { page } = await rig.open({ path: `/f/${from}` })
  await row(page, 'e 10000').click()
  await page.keyboard.press('Control+a')
  await page.keyboard.press('Control+x')
  await page.getByRole('link', { name: 'Files' }).first().click()
  await openFolder(page, 'Many to')
  await row(page, names.at(-1) ?? '').waitFor()
  await page.locator('wherry-entry-list .scroller').focus()
  await page.keyboard.press('Control+v')
  await page.getByText('1,000 items moved to “Many to”').waitFor()
  await page.getByText(`The name “${names.at(-1)}” is taken in “Many to”.`).waitFor()
  expect(await count(from)).toBe(2)
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect.poll(() => count(from)).toBe(names.length)
  expect(await count(to)).toBe(1)
})

test('a filter shows its first matches, and without it the list is where it was', async () => {
  const names = Array.from({ length: 120 }, (_, i) => `n${i + 100}`)
  const folder = await folderWith('Filtered', names)
  const { page } = await rig.open({ path: `/f/${folder}` })
  await row(page, 'n100').click()
  await page.keyboard.press('End')
  await row(page, 'n219').waitFor()
  await page.keyboard.press('/')
  await page.keyboard.type('n1')
  await expect.poll(() => shownNames(page)).toContain('n100')
  await page.keyboard.press('Escape')
  await expect.poll(() => shownNames(page)).toContain('n219')
})

test('spaces around a name that is typed do not become part of it, and alone are none', async () => {
  const folder = await folderWith('Spaces', ['plain'])
  const { page } = await rig.open({ path: `/f/${folder}` })
  await choose(page, 'plain', 'Rename')
  await page.getByLabel('New name').fill('   ')
  await page.getByText('A name cannot be empty.').waitFor()
  await page.getByLabel('New name').fill('  renamed ')
  await page.keyboard.press('Enter')
  await row(page, 'renamed').waitFor()
  await page.keyboard.press('Alt+N')
  await page.getByLabel('Name', { exact: true }).fill('  ')
  await page.getByText('A name cannot be empty.').waitFor()
  await page.getByLabel('Name', { exact: true }).fill(' made ')
  await page.keyboard.press('Enter')
  await row(page, 'made').waitFor()
  expect((await rig.list(folder)).map(({ name }) => name)).toEqual(['made', 'renamed'])
})
