import { mkdir, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect, onTestFinished, test } from 'vitest'
import { openPage } from '../support/browser.ts'
import { randomFile, sha256OfFile } from '../support/files.ts'
import { receivedBytes, sha256OfEntry } from '../support/hub-looks.ts'
import { administrator } from '../support/hub-process.ts'
import { hubProxy } from '../support/hub-proxy.ts'
import { webRig } from '../support/web-rig.ts'
import { drop, endOf, ghost, row, shownNames, signIn, upload } from '../support/web-steps.ts'

const MiB = 2 ** 20
const rig = webRig()
const longAgo = new Date(2020, 0, 2)

/** A file of this machine in a directory of its own, so that names can be the same. */
const file = async (directory: string, name: string, content: string): Promise<string> => {
  await mkdir(join(rig.directory, directory), { recursive: true })
  const path = join(rig.directory, directory, name)
  await writeFile(path, content)
  return path
}

const textOf = async (folder: string, name: string): Promise<string> => {
  const entry = (await rig.list(folder)).find(one => one.name === name)
  const { url } = await rig.client.call('download.url', { entries: [entry?.id ?? ''] })
  return (await fetch(new URL(url, rig.hub.url))).text()
}

const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()

test('an upload pauses, also over a reload, goes on where it was, and is cancelled', async () => {
  const folder = await rig.makeFolder('Paused')
  const path = await randomFile(join(rig.directory, 'paused.bin'), 64 * MiB)
  const { page } = await rig.open({ path: `/f/${folder}` })
  const before = await receivedBytes(rig.hub.url)
  await drop(page, [path])
  await press(page, 'Pause paused.bin')
  await upload(page, 'paused.bin').getByText('Paused', { exact: true }).waitFor()
  await page.reload()
  await upload(page, 'paused.bin').getByText('Paused', { exact: true }).waitFor()
  expect(await ghost(page, 'paused.bin').count()).toBe(0)
  await press(page, 'Resume paused.bin')
  await upload(page, 'paused.bin')
    .getByText(/^Verified/)
    .waitFor({ timeout: 60_000 })
  const [entry] = await rig.list(folder)
  expect(await sha256OfEntry(rig.client, rig.hub.url, entry?.id ?? '')).toBe(await sha256OfFile(path))
  expect((await receivedBytes(rig.hub.url)) - before).toBeLessThan(64 * MiB + 21 * MiB)

  const other = await randomFile(join(rig.directory, 'cancelled.bin'), 64 * MiB)
  await drop(page, [other])
  await press(page, 'Pause cancelled.bin')
  await press(page, 'Resume cancelled.bin')
  await press(page, 'Cancel cancelled.bin')
  await upload(page, 'cancelled.bin').waitFor({ state: 'detached' })
  await expect.poll(async () => (await rig.client.call('upload.list', {})).uploads).toEqual([])
  await press(page, 'Clear the list')
  await page.getByRole('region', { name: 'Uploads' }).waitFor({ state: 'detached' })
  expect(await shownNames(page)).toEqual(['paused.bin'])
})

/** Notes, frame by frame, what of a name the list shows: its ghost, its row, or both. */
const watchRows = (page: Page, name: string): Promise<void> =>
  page.evaluate(name => {
    const seen = new Set<string>()
    Object.assign(window, { seenRows: seen })
    const inside = (root: Document | Element | null | undefined, selector: string) =>
      (root instanceof Element ? root.shadowRoot : root)?.querySelector(selector)
    const look = () => {
      const hosts = ['wherry-app', 'wherry-frame', 'wherry-files-page', 'wherry-entry-list']
      const list = hosts.reduce<Document | Element | null | undefined>(inside, document)
      const rows = [...((list as Element | null | undefined)?.shadowRoot?.querySelectorAll('.row') ?? [])]
      const named = rows.filter(row => row.querySelector('.title')?.textContent === name)
      if (named.length > 0)
        seen.add(named.map(row => (row.matches('.ghost') ? 'ghost' : 'row')).join(' and '))
      requestAnimationFrame(look)
    }
    look()
  }, name)

const seenRows = (page: Page): Promise<string[]> =>
  page.evaluate(() => [...(window as unknown as { seenRows: Set<string> }).seenRows])

test('the own uploads are in the tray alone; on other devices they are rows until the file is there', async () => {
  const path = `/f/${await rig.makeFolder('Ghosts')}`
  const large = await randomFile(join(rig.directory, 'ghost.bin'), 96 * MiB)
  const { page } = await rig.open({ path })
  const { page: other } = await rig.open({ path })
  for (const one of [page, other]) await watchRows(one, 'ghost.bin')
  await drop(page, [large])
  await ghost(other, 'ghost.bin').waitFor()
  for (const one of [page, other]) await row(one, 'ghost.bin').waitFor()
  await ghost(other, 'ghost.bin').waitFor({ state: 'detached' })
  expect(await seenRows(page)).toEqual(['row'])
  expect(await seenRows(other)).toEqual(['ghost', 'row'])
})

test('files of one name are told apart by their folders, of which the last is seen where there is little room', async () => {
  const deep = 'a folder with a name that takes room/another one that takes as much of it/Lisbon'
  await file(`albums/${deep}`, 'one.jpg', 'of Lisbon')
  await file('albums/Porto', 'one.jpg', 'of Porto')
  const below = (name: string) => join(rig.directory, 'albums', name)
  const path = `/f/${await rig.makeFolder('Told apart')}`
  const { page } = await rig.open({ path })
  const where = page.locator('wherry-upload-row .where')
  const shown = async () => (await where.allTextContents()).toSorted()
  await drop(page, [await file('alone', 'two.jpg', 'alone')])
  await drop(page, [below(deep.split('/')[0] ?? ''), below('Porto'), await file('alone', 'one.jpg', 'alone')])
  await page.getByRole('heading', { name: '4 uploaded', exact: true }).waitFor()
  expect(await shown()).toEqual(['Porto', deep])

  await rig.makeFolder('Elsewhere')
  await page.getByRole('link', { name: 'Files' }).first().click()
  await row(page, 'Elsewhere').dblclick()
  await page.getByText('This folder is empty').waitFor()
  await drop(page, [await file('alone', 'one.jpg', 'alone')])
  await page.getByRole('heading', { name: '5 uploaded', exact: true }).waitFor()
  expect(await shown()).toEqual(['Elsewhere', 'Told apart', 'Told apart/Porto', `Told apart/${deep}`])
  const line = where.filter({ hasText: 'Lisbon' })
  const edges = async (of: typeof line) => {
    const { x = 0, width = 0 } = (await of.boundingBox()) ?? {}
    return { start: x, end: x + width }
  }
  const last = await edges(line.getByText('Lisbon', { exact: true }))
  const whole = await edges(line)
  expect(last.end - last.start).toBeGreaterThan(20)
  expect(last.end).toBeLessThanOrEqual(whole.end + 1)
  expect(last.start).toBeGreaterThan(whole.start)
})

test('what may not send yet waits for its turn', async () => {
  let held: (() => void)[] | null = []
  let heldBytes = 0
  const proxy = await hubProxy(rig.hub.url, {
    pass(frame, to, passage) {
      if (to === 'client' || typeof frame === 'string' || !held) return [frame]
      heldBytes += frame.length
      held.push(() => passage.inject('hub', frame))
      return []
    },
  })
  onTestFinished(() => proxy.close())
  const { page, context } = await openPage(rig.browser, proxy.url)
  onTestFinished(() => context.close())
  await page.goto(`${proxy.url}/f/${await rig.makeFolder('Turns')}`)
  await signIn(page, administrator)
  await drop(page, [await randomFile(join(rig.directory, 'first.bin'), 48 * MiB)])
  // As much as it may send before the hub has stored some.
  const { windowBytes = 0 } = rig.client.hello?.limits ?? {}
  await expect.poll(() => heldBytes).toBeGreaterThan(windowBytes - 4 * MiB)
  await drop(page, [
    await file('turns', 'small.txt', 'small'),
    await randomFile(join(rig.directory, 'large.bin'), 5 * MiB),
  ])
  for (const name of ['small.txt', 'large.bin'])
    await upload(page, name).getByText('Waiting for its turn').waitFor()
  await upload(page, 'first.bin').getByText('Uploading').waitFor()
  await page.getByRole('heading', { name: 'Uploading 1 of 3' }).waitFor()
  for (const letGo of held) letGo()
  held = null
  await page.getByRole('heading', { name: '3 uploaded', exact: true }).waitFor()
})

test('names that are taken are asked about once, for each file or for all', async () => {
  const folder = await rig.makeFolder('Clash')
  const names = ['both.txt', 'replaced.txt', 'skipped.txt']
  const { page } = await rig.open({ path: `/f/${folder}` })
  await drop(page, await Promise.all(names.map(name => file('old', name, `old ${name}`))))
  for (const name of names) await row(page, name).waitFor()

  const newer = await Promise.all(names.map(name => file('new', name, `new ${name}`)))
  await utimes(newer[2] ?? '', longAgo, longAgo)
  await drop(page, newer)
  await page.getByRole('dialog', { name: '3 names are taken in “Clash”' }).waitFor()
  const question = page.locator('wherry-clash-dialog')
  expect(await question.getByText(/^On the hub: \d+\sbytes\s· you\s· just\snow$/).count()).toBe(3)
  expect(await question.getByText(/\s· newer\s· just\snow$/).count()).toBe(2)
  expect(await question.getByText(/\s· older\s· .*2020$/).count()).toBe(1)
  await page.getByLabel('What to do with replaced.txt').selectOption('Replace')
  await page.getByLabel('What to do with skipped.txt').selectOption('Skip')
  await press(page, 'Continue')
  await row(page, 'both (2).txt').waitFor()
  await expect.poll(() => textOf(folder, 'replaced.txt')).toBe('new replaced.txt')
  expect(await textOf(folder, 'both.txt')).toBe('old both.txt')
  expect(await textOf(folder, 'both (2).txt')).toBe('new both.txt')
  expect(await textOf(folder, 'skipped.txt')).toBe('old skipped.txt')

  const newest = await Promise.all(names.map(name => file('newest', name, `newest ${name}`)))
  await drop(page, newest)
  await page.getByLabel('For all').selectOption('Replace')
  await press(page, 'Continue')
  for (const name of names) await expect.poll(() => textOf(folder, name)).toBe(`newest ${name}`)
  expect((await shownNames(page)).toSorted()).toEqual([...names, 'both (2).txt'].toSorted())
})

test('names that are taken in several folders are told with their folder, and one of other letters with the one there', async () => {
  const folder = await rig.makeFolder('Several')
  const { page } = await rig.open({ path: `/f/${folder}` })
  const dropAll = async (content: string) => {
    const inFolders = ['one', 'two'].map(name => file(`several ${content}/${name}`, 'index.html', content))
    const other = await file(`several ${content}`, content === 'old' ? 'README.txt' : 'Readme.TXT', content)
    await Promise.all(inFolders)
    const tops = ['one', 'two'].map(name => join(rig.directory, `several ${content}`, name))
    await drop(page, [...tops, other])
  }
  await dropAll('old')
  await page.getByRole('heading', { name: '3 uploaded', exact: true }).waitFor()
  await dropAll('newer')
  await page.getByRole('dialog', { name: '3 names are taken' }).waitFor()
  const dialog = page.locator('wherry-clash-dialog')
  const titles = await dialog.locator('.side:first-child > div').allInnerTexts()
  expect(titles.map(text => text.split('\n').slice(0, 2).join(' in ')).toSorted()).toEqual([
    expect.stringMatching(/^README\.txt in On the hub/),
    'index.html in one',
    'index.html in two',
  ])
  await dialog.getByText('Incoming: Readme.TXT').waitFor()
  await page.getByLabel('What to do with one/index.html').selectOption('Replace')
  await page.getByLabel('What to do with two/index.html').selectOption('Skip')
  await page.getByLabel('What to do with Readme.TXT').selectOption('Skip')
  await press(page, 'Continue')
  const inside = async (name: string) =>
    textOf((await rig.list(folder)).find(entry => entry.name === name)?.id ?? '', 'index.html')
  await expect.poll(() => inside('one')).toBe('newer')
  expect(await inside('two')).toBe('old')
})

test('a name that turns its letters around is written out where it is shown', async () => {
  const folder = await rig.makeFolder('Disguised')
  const { page } = await rig.open({ path: `/f/${folder}` })
  await drop(page, [await file('disguised', 'invoice\u202efdp.exe', 'a program')])
  await page.locator('wherry-entry-list').getByText('invoice\\u{202e}fdp.exe').waitFor()
  await upload(page, 'invoice\\u{202e}fdp.exe').getByText('Verified').waitFor()
  expect((await rig.list(folder)).map(({ name }) => name)).toEqual(['invoice\u202efdp.exe'])
})

test('a folder whose name a file has is asked about once, with all that is in it', async () => {
  const folder = await rig.makeFolder('Taken folder')
  const { page } = await rig.open({ path: `/f/${folder}` })
  await drop(page, [await file('file', 'album', 'a list of songs')])
  await row(page, 'album').waitFor()
  await file('folder/album/side a', 'one.txt', 'one')
  await file('folder/album', 'two.txt', 'two')
  await randomFile(join(rig.directory, 'folder/album/three.bin'), 4 * MiB)
  await mkdir(join(rig.directory, 'folder/album/side b/outtakes'), { recursive: true })
  const album = join(rig.directory, 'folder/album')

  await drop(page, [album])
  await page.getByRole('dialog', { name: 'This name is taken in “Taken folder”' }).waitFor()
  await page.getByText('A folder cannot replace a file.').waitFor()
  await page.getByText(/a\sfolder\s· 3\sitems/).waitFor()
  const choice = page.getByLabel('What to do with album')
  expect(await choice.locator('option').allTextContents()).toEqual(['Keep both', 'Skip'])
  await press(page, 'Continue')
  await page.getByRole('heading', { name: '4 uploaded', exact: true }).waitFor()
  const there = await rig.list(folder)
  expect(there.map(({ name }) => name).toSorted()).toEqual(['album', 'album (2)'])
  const [made] = there.filter(({ kind }) => kind === 'folder')
  const inside = await rig.list(made?.id ?? '')
  expect(inside.map(({ name }) => name).toSorted()).toEqual(['side a', 'side b', 'three.bin', 'two.txt'])
  const sideB = inside.find(({ name }) => name === 'side b')
  expect((await rig.list(sideB?.id ?? '')).map(({ name }) => name)).toEqual(['outtakes'])
  expect(await page.locator('wherry-toasts li').count()).toBe(0)
  expect(await textOf(folder, 'album')).toBe('a list of songs')

  await drop(page, [album])
  await page.getByText(/a\sfolder\s· 3\sitems/).waitFor()
  await choice.selectOption('Skip')
  await press(page, 'Continue')
  await page.locator('wherry-clash-dialog').waitFor({ state: 'detached' })
  expect((await rig.list(folder)).length).toBe(2)
})

test('a file cannot replace a folder of its name: both are kept, or it is skipped', async () => {
  const folder = await rig.makeFolder('Kinds')
  await rig.makeFolder('plans', folder)
  const { page } = await rig.open({ path: `/f/${folder}` })
  await drop(page, [await file('first', 'list.txt', 'first')])
  await row(page, 'list.txt').waitFor()
  await drop(page, [await file('kinds', 'plans', 'all of them'), await file('kinds', 'list.txt', 'second')])
  await page.getByText('A file cannot replace a folder.').waitFor()
  const options = page.getByLabel('What to do with plans').locator('option')
  expect(await options.allTextContents()).toEqual(['Keep both', 'Skip'])
  await page.getByLabel('For all').selectOption('Replace')
  await press(page, 'Continue')
  await row(page, 'plans (2)').waitFor()
  await expect.poll(() => textOf(folder, 'list.txt')).toBe('second')
  expect((await shownNames(page)).toSorted()).toEqual(['list.txt', 'plans', 'plans (2)'])

  await drop(page, [await file('other', 'plans', 'other plans')])
  await page.getByRole('dialog', { name: 'This name is taken in “Kinds”' }).waitFor()
  expect(await page.getByText('Replace puts the new content').count()).toBe(0)
  await page.getByLabel('What to do with plans').selectOption('Skip')
  await press(page, 'Continue')
  await page.locator('wherry-clash-dialog').waitFor({ state: 'detached' })
  expect((await rig.list(folder)).map(({ name }) => name).toSorted()).toEqual([
    'list.txt',
    'plans',
    'plans (2)',
  ])
})

test('a file that is there already is recognised, and nothing of it is sent', async () => {
  const folder = await rig.makeFolder('Same')
  const large = await randomFile(join(rig.directory, 'large.bin'), 24 * MiB)
  const small = await file('same', 'small.txt', 'the very same')
  const { page } = await rig.open({ path: `/f/${folder}` })
  await drop(page, [large, small])
  await page.getByRole('heading', { name: '2 uploaded', exact: true }).waitFor()
  await press(page, 'Clear the list')
  const before = await receivedBytes(rig.hub.url)
  await drop(page, [large, small])
  for (const name of ['large.bin', 'small.txt'])
    await upload(page, name).getByText('The hub had exactly this already').waitFor()
  expect((await receivedBytes(rig.hub.url)) - before).toBeLessThan(1 * MiB)
  expect(await rig.list(folder)).toHaveLength(2)
})

test('an upload that failed is tried again when there is room', async () => {
  const account = { email: 'small@example.org', password: 'the password of small' }
  const { user } = await rig.client.call('user.create', {
    ...{ ...account, name: 'Small', role: 'member', quotaBytes: 1000 },
  })
  const path = await file('quota', 'too much.txt', 'x'.repeat(2000))
  const { page } = await rig.open({ as: account })
  await drop(page, [path])
  await upload(page, 'too much.txt')
    .getByText(/quota|space/i)
    .waitFor()
  expect(user.quotaBytes).toBe(1000)
  expect(await page.title()).not.toContain('%')
  await press(page, 'Retry too much.txt')
  await upload(page, 'too much.txt')
    .getByText(/quota|space/i)
    .waitFor()
  await press(page, 'Cancel too much.txt')
  await page.getByText('This folder is empty').waitFor()
})

test('an upload whose folder is gone is not offered to be tried again, until it is there again', async () => {
  const eve = await rig.makeUser('Eve')
  const folder = await rig.makeFolder('Short-lived')
  await rig.share(folder, eve.id, 'write')
  const { page } = await rig.open({ as: eve, path: `/f/${folder}` })
  const names = ['lost.bin', 'paused too.bin']
  for (const name of names) {
    await drop(page, [await randomFile(join(rig.directory, name), 96 * MiB)])
    await press(page, `Pause ${name}`)
    await upload(page, name).getByText('Paused', { exact: true }).waitFor()
  }
  const retry = page.getByRole('button', { name: 'Retry lost.bin' })
  await press(page, 'Resume lost.bin')
  await upload(page, 'lost.bin').getByText('Uploading').waitFor()
  await rig.share(folder, eve.id, 'read')
  // The hub says so by itself, or answers what is asked just then.
  const refusal = /The right to write there was taken back|You may not write there/
  await upload(page, 'lost.bin').getByText(refusal).waitFor()
  await retry.waitFor()

  await rig.share(folder, eve.id, 'write')
  await page.getByRole('button', { name: 'New', exact: true }).waitFor()
  const gone = 'The folder it was going to was deleted, or you may not see it any more.'
  await rig.client.call('access.revoke', { entry: folder, subject: { kind: 'user', user: eve.id } })
  await press(page, 'Retry lost.bin')
  await upload(page, 'lost.bin').getByText(gone).waitFor()
  await retry.waitFor({ state: 'detached' })
  await rig.share(folder, eve.id, 'write')
  await upload(page, 'lost.bin').getByText('The folder it was going to is there again.').waitFor()
  await retry.waitFor()

  await rig.client.call('entry.delete', { entries: [folder] })
  await press(page, 'Retry lost.bin')
  await press(page, 'Resume paused too.bin')
  for (const name of names) await upload(page, name).getByText(gone).waitFor()
  await page.getByText(`2 files: ${gone}`).waitFor()
  expect(await page.getByRole('button', { name: 'Retry' }).count()).toBe(0)
})

test('on a screen of 320 by 256 the tray is a line beneath the list, and half of the screen when it is asked for', async () => {
  const path = `/f/${await rig.makeFolder('Zoomed')}`
  const { page } = await rig.open({ path, viewport: { width: 320, height: 256 } })
  await drop(page, [await file('zoomed', 'zoomed.txt', 'zoomed')])
  await page.getByRole('heading', { name: '1 uploaded', exact: true }).waitFor()
  const tray = page.getByRole('region', { name: 'Uploads' })
  const blockSize = async () => (await tray.boundingBox())?.height
  expect(await blockSize()).toBeLessThan(45)
  await press(page, 'Show uploads')
  await upload(page, 'zoomed.txt').getByText('Verified').waitFor()
  expect(await blockSize()).toBeLessThanOrEqual(128)
})

test('on a phone the tray is its head alone until it is asked for, and its button stays where it is', async () => {
  const path = `/f/${await rig.makeFolder('Phone')}`
  const large = await randomFile(join(rig.directory, 'phone.bin'), 48 * MiB)
  const { page } = await rig.open({ path, viewport: { width: 390, height: 844 }, hasTouch: true })
  await page.getByText('This folder is empty').waitFor()
  // Fingers alone cannot drop files: a button is what they have.
  await page.getByRole('button', { name: 'Upload files' }).waitFor()
  expect(await page.getByText('Drop files or folders').count()).toBe(0)
  await drop(page, [large])
  const show = page.getByRole('button', { name: 'Show uploads' })
  await page.getByRole('heading', { name: 'Uploading 1 of 1' }).waitFor()
  const place = await show.boundingBox()
  await page.getByRole('heading', { name: '1 uploaded', exact: true }).waitFor()
  await page.getByRole('button', { name: 'Clear the list' }).waitFor()
  expect(await show.boundingBox()).toEqual(place)
  expect(await upload(page, 'phone.bin').count()).toBe(0)
  await show.tap()
  await upload(page, 'phone.bin').getByText('Verified').waitFor()
  await press(page, 'Hide uploads')
  await upload(page, 'phone.bin').waitFor({ state: 'detached' })
})

test('the end of a long list comes out from under the tray, which leaves no room behind', async () => {
  for (const viewport of [
    { width: 1280, height: 800 },
    { width: 390, height: 844 },
  ]) {
    const folder = await rig.makeFolder(`Long, ${viewport.width}`)
    for (let i = 100; i < 140; i++) await rig.makeFolder(`f${i}`, folder)
    const { page } = await rig.open({ path: `/f/${folder}`, viewport })
    await row(page, 'f100').waitFor()
    await drop(page, [await file('long', 'a.txt', 'a'), await file('long', 'b.txt', 'b')])
    await page.getByRole('heading', { name: '2 uploaded' }).waitFor()
    const tray = page.getByRole('region', { name: 'Uploads' })
    const trayTop = async () => (await tray.boundingBox())?.y ?? 0
    const last = row(page, 'b.txt')
    await page.locator('wherry-entry-list .scroller').focus()
    await page.keyboard.press('End')
    await expect.poll(async () => (await endOf(last)) <= (await trayTop())).toBe(true)
    await page.keyboard.press('Home')
    await row(page, 'f100').hover()
    await page.mouse.wheel(0, 10_000)
    await expect.poll(async () => (await endOf(last)) <= (await trayTop())).toBe(true)
    // Right above it.
    expect(await endOf(last)).toBeGreaterThan((await trayTop()) - 60)
    await press(page, 'Clear the list')
    await tray.waitFor({ state: 'detached' })
    const list = page.locator('wherry-entry-list')
    await expect.poll(async () => (await endOf(list)) - (await endOf(last))).toBeLessThan(1)
  }
})

test('the end of another page comes out from under the tray, too', async () => {
  for (let n = 0; n < 12; n++) await rig.makeUser(`Person${n}`)
  const { page } = await rig.open({ viewport: { width: 1280, height: 500 } })
  await drop(page, [await file('below', 'a.txt', 'a'), await file('below', 'b.txt', 'b')])
  await page.getByRole('heading', { name: '2 uploaded' }).waitFor()
  await page.getByRole('link', { name: 'Users' }).click()
  const last = page.locator('wherry-users-page li').last()
  await last.hover({ force: true })
  await page.mouse.wheel(0, 10_000)
  const trayTop = (await page.getByRole('region', { name: 'Uploads' }).boundingBox())?.y ?? 0
  await expect.poll(() => endOf(last)).toBeLessThanOrEqual(trayTop)
})

test('the end of the details comes out from under the tray, too', async () => {
  const folder = await rig.makeFolder('With details')
  const { page } = await rig.open({ path: `/f/${folder}`, viewport: { width: 1280, height: 500 } })
  await drop(page, [await file('details', 'a.txt', 'a'), await file('details', 'b.txt', 'b')])
  await page.getByRole('heading', { name: '2 uploaded' }).waitFor()
  await row(page, 'a.txt').click()
  const last = page.locator('wherry-details-pane').getByRole('button', { name: 'Change access' })
  await last.waitFor()
  await page.locator('wherry-details-pane h2').hover()
  await page.mouse.wheel(0, 10_000)
  const trayTop = (await page.getByRole('region', { name: 'Uploads' }).boundingBox())?.y ?? 0
  await expect.poll(() => endOf(last)).toBeLessThanOrEqual(trayTop)
})

test('the list of what is through closes by itself, not while somebody is in it, and opens when more comes', async () => {
  const path = `/f/${await rig.makeFolder('Through')}`
  const { page } = await rig.open({ path })
  await page.clock.install()
  const toggle = (name: string) => page.getByRole('button', { name: `${name} uploads`, exact: true })
  await drop(page, [await file('through', 'one.txt', 'one')])
  await page.getByRole('heading', { name: '1 uploaded', exact: true }).waitFor()
  await toggle('Hide').hover()
  await page.clock.runFor(15_000)
  expect(await toggle('Hide').count()).toBe(1)
  await page.mouse.move(400, 300)
  await page.clock.runFor(15_000)
  await toggle('Show').waitFor()
  expect(await upload(page, 'one.txt').count()).toBe(0)

  await drop(page, [await file('through', 'two.txt', 'two')])
  await upload(page, 'two.txt').waitFor()
  await page.getByRole('heading', { name: '2 uploaded', exact: true }).waitFor()
  await page.clock.runFor(15_000)
  // Opened again it stays open, and closed by somebody it stays closed.
  await toggle('Show').click()
  await upload(page, 'one.txt').waitFor()
  await page.mouse.move(400, 300)
  await page.clock.runFor(30_000)
  expect(await toggle('Hide').count()).toBe(1)
  await toggle('Hide').click()
  await page.mouse.move(400, 300)

  await drop(page, [await file('through', 'three.txt', 'three')])
  await page.getByRole('heading', { name: '3 uploaded', exact: true }).waitFor()
  expect(await upload(page, 'three.txt').count()).toBe(0)
})

test('on a phone the list that closed by itself stays closed when more comes, and opens for who asks', async () => {
  const path = `/f/${await rig.makeFolder('Through on a phone')}`
  const { page } = await rig.open({ path, viewport: { width: 390, height: 844 } })
  await page.clock.install()
  const toggle = (name: string) => page.getByRole('button', { name: `${name} uploads`, exact: true })
  await drop(page, [await file('small', 'one.txt', 'one')])
  await page.getByRole('heading', { name: '1 uploaded', exact: true }).waitFor()
  await toggle('Show').click()
  await upload(page, 'one.txt').waitFor()
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur())
  await page.mouse.move(200, 200)
  await page.clock.runFor(25_000)
  await toggle('Show').waitFor()
  await drop(page, [await randomFile(join(rig.directory, 'phone.bin'), 64 * MiB)])
  await page.getByRole('heading', { name: /of 2/ }).waitFor()
  expect(await toggle('Hide').count()).toBe(0)
  await toggle('Show').click()
  await press(page, 'Pause phone.bin')
  await upload(page, 'phone.bin').getByText('Paused', { exact: true }).waitFor()
  expect(await toggle('Hide').count()).toBe(1)
})
