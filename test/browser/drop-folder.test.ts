import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { dropToSend } from '../support/direct-send.ts'
import { webRig } from '../support/web-rig.ts'
import { drop, openFolder, row, upload } from '../support/web-steps.ts'

const rig = webRig()

/** Runs in the page: reads what is in a dropped folder when the test says so, as if there were very much of it. */
const readWhenTold = (): void => {
  const told = Promise.withResolvers<void>()
  Object.assign(window, { readOn: told.resolve })
  const { webkitGetAsEntry } = DataTransferItem.prototype
  DataTransferItem.prototype.webkitGetAsEntry = function () {
    const entry = webkitGetAsEntry.call(this)
    if (!entry || !('createReader' in entry)) return entry
    // Chromium names neither class in the page.
    const reader = Object.getPrototypeOf((entry as FileSystemDirectoryEntry).createReader())
    const { readEntries } = reader
    reader.readEntries = function (...callbacks: unknown[]) {
      void told.promise.then(() => readEntries.apply(this, callbacks))
    }
    return entry
  }
}

const readOn = (page: Page): Promise<void> =>
  page.evaluate(() => (window as unknown as { readOn: () => void }).readOn())

/** Runs in the page: counts the files of dropped folders that are being opened. */
const countOpening = (): void => {
  const counts = { now: 0, most: 0 }
  Object.assign(window, { opening: counts })
  const { webkitGetAsEntry } = DataTransferItem.prototype
  const watch = (file: FileSystemEntry) => {
    const prototype = Object.getPrototypeOf(file)
    const { file: open } = prototype
    prototype.file = function (resolve: FileCallback, reject: ErrorCallback) {
      counts.most = Math.max(counts.most, ++counts.now)
      const opened: FileCallback = opened => {
        counts.now--
        resolve(opened)
      }
      open.call(this, opened, reject)
    }
  }
  let isWatched = false
  DataTransferItem.prototype.webkitGetAsEntry = function () {
    const entry = webkitGetAsEntry.call(this)
    if (entry?.isFile && !isWatched) watch(entry)
    isWatched ||= entry?.isFile === true
    return entry
  }
}

const nasty = [
  'emoji 👩‍👩‍👧‍👦 🏴‍☠️.txt',
  'nfc é ü.txt',
  'nfd e\u0301 u\u0308 a\u030a.txt',
  'עברית و العربية.txt',
  '"double" \'single\' `back`.txt',
  '<img src=x onerror=alert(1)>.html',
  '%2e%2e%2f.txt',
  '  spaces inside  .txt',
  '.hidden',
  'no extension',
  `${'ü'.repeat(120)}.txt`,
  `${'a'.repeat(251)}.txt`,
  'back\\slash.txt',
]

/** The paths of all that is below a folder, in order. */
const treeOf = async (folder: string, above = ''): Promise<string[]> => {
  const below = await Promise.all(
    (await rig.list(folder)).map(async ({ id, kind, name }) => [
      above + name,
      ...(kind === 'folder' ? await treeOf(id, `${above}${name}/`) : []),
    ]),
  )
  return below.flat().toSorted()
}

test('a dropped folder arrives with everything in it, whatever it is called', async () => {
  const top = join(rig.directory, 'Holiday 2027')
  const deep = join(top, 'a', 'b', 'c')
  await mkdir(deep, { recursive: true })
  // More than readEntries gives in one go.
  for (let i = 0; i < 230; i++) await writeFile(join(top, `picture ${i}.txt`), `picture number ${i}`)
  for (const name of nasty) await writeFile(join(deep, name), `this is ${name}`)
  await mkdir(join(top, 'nested 空'))
  await writeFile(join(top, 'nested 空', 'empty.txt'), '')

  const { page } = await rig.open()
  await drop(page, [top])
  await page.getByRole('heading', { name: '244 uploaded' }).waitFor()

  await openFolder(page, 'Holiday 2027')
  await page.getByText('232 items').waitFor()
  for (const folder of ['a', 'b', 'c']) await openFolder(page, folder)
  for (const name of nasty) expect(await row(page, name).count(), name).toBe(1)

  const [holiday] = await rig.list(rig.root)
  const inside = await rig.list(holiday?.id ?? '')
  expect(inside.filter(entry => entry.kind === 'file')).toHaveLength(230)
  const folder = new URL(page.url()).pathname.slice('/f/'.length)
  expect((await rig.list(folder)).map(entry => entry.name).toSorted()).toEqual(nasty.toSorted())
})

test('empty folders of a dropped folder are made, also when they were deleted in between', async () => {
  const top = join(rig.directory, 'Skeleton')
  for (const path of ['drafts', 'years/2026', 'years/2027/spring'])
    await mkdir(join(top, path), { recursive: true })
  await writeFile(join(top, 'years', 'plan.txt'), 'the plan')
  await mkdir(join(rig.directory, 'Nothing in it'))
  const folder = await rig.makeFolder('Empty ones')
  const { page } = await rig.open({ path: `/f/${folder}` })

  const dropAll = async () => {
    await drop(page, [top, join(rig.directory, 'Nothing in it')])
    for (const name of ['Skeleton', 'Nothing in it']) await row(page, name).waitFor()
    await expect.poll(() => treeOf(folder)).toEqual(tree)
  }
  const tree = [
    ...['Nothing in it', 'Skeleton', 'Skeleton/drafts', 'Skeleton/years', 'Skeleton/years/2026'],
    ...['Skeleton/years/2027', 'Skeleton/years/2027/spring', 'Skeleton/years/plan.txt'],
  ]
  await dropAll()
  const entries = (await rig.list(folder)).map(({ id }) => id)
  await rig.client.call('entry.delete', { entries })
  await row(page, 'Skeleton').waitFor({ state: 'detached' })
  await dropAll()
})

test('few files of a dropped folder are opened at once, as the page waits for all of them', async () => {
  const top = join(rig.directory, 'Many')
  await mkdir(top)
  for (let i = 0; i < 400; i++) await writeFile(join(top, `${i}.txt`), `number ${i}`)
  const first = join(rig.directory, 'first.txt')
  await writeFile(first, 'the first')
  const folder = await rig.makeFolder('Few at once')
  const { page } = await rig.open({ path: `/f/${folder}`, script: countOpening })
  await drop(page, [first, top])
  await page.getByRole('heading', { name: '401 uploaded', exact: true }).waitFor()
  const most = await page.evaluate(() => (window as unknown as { opening: { most: number } }).opening.most)
  expect(most).toBeGreaterThan(1)
  expect(most).toBeLessThanOrEqual(50)
})

test.for(['another folder', 'another page'])(
  'a dropped folder goes to where it was dropped, also if %s is opened while it is read',
  async where => {
    const here = await rig.makeFolder(`Here before ${where}`)
    const inner = await rig.makeFolder('Inner', here)
    const top = join(rig.directory, `Big before ${where}`)
    await mkdir(join(top, 'below'), { recursive: true })
    for (const name of ['one.txt', 'below/two.txt']) await writeFile(join(top, name), name)

    const { page } = await rig.open({ path: `/f/${here}`, script: readWhenTold })
    await row(page, 'Inner').waitFor()
    await drop(page, [top])
    if (where === 'another folder') await openFolder(page, 'Inner')
    else await page.getByRole('link', { name: 'Shared with me' }).click()
    await readOn(page)
    await page.getByRole('heading', { name: '2 uploaded', exact: true }).waitFor()
    expect(await rig.list(inner)).toEqual([])
    const all = ['', '/below', '/below/two.txt', '/one.txt'].map(path => `Big before ${where}${path}`)
    expect(await treeOf(here)).toEqual([...all, 'Inner'])
  },
)

test.for(['/f/', '/send'])(
  'at %s a dropped folder that is being read is told of, and leaving would lose it',
  async path => {
    const top = join(rig.directory, `Slow at${path.replaceAll('/', ' ')}`)
    await mkdir(top)
    await writeFile(join(top, 'slow.txt'), 'slow')
    const { page } = await rig.open({ path, script: readWhenTold })
    await page.locator('wherry-drop-zone').waitFor({ state: 'attached' })
    await (path === '/send' ? dropToSend : drop)(page, [top])
    await page.getByText('Reading what was dropped: 0 items so far').waitFor()
    const asked = page.waitForEvent('dialog')
    await page.close({ runBeforeUnload: true })
    await (await asked).dismiss()
    await readOn(page)
    await page.getByText(path === '/send' ? 'slow.txt' : '1 uploaded').waitFor()
    await page.getByText('Reading what was dropped: ').waitFor({ state: 'detached' })
  },
)

test.for([
  ['/shared', 'Nothing can be uploaded here'],
  ['/f/nothing', 'The folder is not open yet'],
])('at %s dropped files are refused in words', async ([path = '', words = '']) => {
  const { page } = await rig.open({ path })
  await page.locator('wherry-drop-zone').waitFor({ state: 'attached' })
  await page.evaluate(() => {
    const dataTransfer = new DataTransfer()
    dataTransfer.items.add(new File(['text'], 'text.txt'))
    dispatchEvent(new DragEvent('drop', { dataTransfer, cancelable: true }))
  })
  await page.getByRole('status').getByText(words).waitFor({ timeout: 5000 })
})

test('files dropped into an open folder show their progress and become rows', async () => {
  const folder = await rig.makeFolder('Inbox')
  const files = ['one.txt', 'two.md'].map(name => join(rig.directory, name))
  for (const file of files) await writeFile(file, file)
  const { page } = await rig.open({ path: `/f/${folder}` })
  await drop(page, files)
  for (const name of ['one.txt', 'two.md']) {
    await row(page, name).waitFor()
    await upload(page, name).getByText('Verified').waitFor()
  }
})
