import { mkdir, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { randomFile, sha256OfFile } from '../support/files.ts'
import { receivedBytes, sha256OfEntry } from '../support/hub-looks.ts'
import { webRig } from '../support/web-rig.ts'
import { drop, row, upload, withoutPickers } from '../support/web-steps.ts'

const MiB = 2 ** 20
const fileBytes = 128 * MiB
/** What may be under way when a connection ends, and is sent again: the hub's default window, and the chunk it ends in. */
const windowBytes = 32 * MiB + 4 * MiB
/** Calls, headers of slices, and their like, beside the file's bytes. */
const talkBytes = 1 * MiB

const longAgo = new Date(2020, 0, 2)

const rig = webRig()

/** Resolves when a part of it is stored, and not all of it. */
const inTheMiddle = async (page: Page, name: string): Promise<void> => {
  const bar = upload(page, name).getByRole('progressbar')
  const share = () => bar.evaluate((element: HTMLProgressElement) => element.value)
  await expect.poll(share, { interval: 20, timeout: 60_000 }).toBeGreaterThan(0.1)
  expect(await share()).toBeLessThan(0.9)
}

const finished = async (page: Page, name: string): Promise<void> => {
  await upload(page, name)
    .getByText(/^Verified/)
    .waitFor({ timeout: 60_000 })
  await row(page, name).waitFor()
}

const contentOf = async (name: string): Promise<string> => {
  const entry = (await rig.list(rig.root)).find(one => one.name === name)
  return sha256OfEntry(rig.client, rig.hub.url, entry?.id ?? '')
}

test('leaving is warned of while files without a handle are uploaded', async () => {
  const { page } = await rig.open()
  const chooser = page.waitForEvent('filechooser')
  await page.getByRole('button', { name: 'New', exact: true }).click()
  await page.getByRole('menuitem', { name: 'Upload folder' }).click()
  const directory = join(rig.directory, 'chosen folder')
  await mkdir(directory)
  await randomFile(join(directory, 'chosen.bin'), fileBytes)
  await (await chooser).setFiles(directory)
  await inTheMiddle(page, 'chosen.bin')
  await rig.hub.kill()
  await upload(page, 'chosen.bin').getByText('Waiting for the connection').waitFor()
  const asked = page.waitForEvent('dialog', { timeout: 5000 })
  await page.close({ runBeforeUnload: true })
  const question = await asked
  expect(question.type()).toBe('beforeunload')
  await question.dismiss()
  await rig.hub.start()
  await upload(page, 'chosen.bin')
    .getByText(/^Verified/)
    .waitFor({ timeout: 60_000 })
})

test('leaving is warned of while a file without a handle is paused, or waits for an answer about its name', async () => {
  const { page } = await rig.open({ script: withoutPickers })
  const leaving = async (): Promise<string> => {
    const asked = page.waitForEvent('dialog', { timeout: 5000 })
    await page.close({ runBeforeUnload: true })
    const question = await asked
    await question.dismiss()
    return question.type()
  }
  const choose = async (file: string) => {
    const chooser = page.waitForEvent('filechooser')
    await page.getByRole('button', { name: 'New', exact: true }).click()
    await page.getByRole('menuitem', { name: 'Upload files' }).click()
    await (await chooser).setFiles(file)
  }
  await choose(await randomFile(join(rig.directory, 'left paused.bin'), fileBytes))
  await page.getByRole('button', { name: 'Pause left paused.bin' }).click()
  await upload(page, 'left paused.bin').getByText('Paused', { exact: true }).waitFor()
  expect(await leaving()).toBe('beforeunload')
  await page.getByRole('button', { name: 'Cancel left paused.bin' }).click()
  await upload(page, 'left paused.bin').waitFor({ state: 'detached' })

  const taken = join(rig.directory, 'taken.txt')
  await writeFile(taken, 'first')
  await choose(taken)
  await finished(page, 'taken.txt')
  await writeFile(taken, 'another')
  await choose(taken)
  await upload(page, 'taken.txt').getByText('The name is taken').waitFor()
  expect(await leaving()).toBe('beforeunload')
  await page.getByRole('button', { name: 'Cancel these uploads' }).click()
  await page.getByRole('dialog').waitFor({ state: 'detached' })
})

test('a page that is loaded anew in the middle of an upload goes on with it, and sends nothing twice', async () => {
  const file = await randomFile(join(rig.directory, 'reloaded.bin'), fileBytes)
  const { page } = await rig.open()
  const before = await receivedBytes(rig.hub.url)
  await drop(page, [file])
  await inTheMiddle(page, 'reloaded.bin')
  await page.reload()
  await finished(page, 'reloaded.bin')
  expect(await contentOf('reloaded.bin')).toBe(await sha256OfFile(file))
  const sent = (await receivedBytes(rig.hub.url)) - before
  expect(sent).toBeGreaterThanOrEqual(fileBytes)
  expect(sent).toBeLessThan(fileBytes + windowBytes + talkBytes)
})

test('an upload of a tab that is closed goes on at once in another one, whichever was first', async () => {
  const older = await rig.open()
  for (const name of ['of the newer tab.bin', 'of the older tab.bin']) {
    const newer = await rig.openTab(older)
    const [closed, left] = name.includes('newer') ? [newer, older] : [older, newer]
    const file = await randomFile(join(rig.directory, name), fileBytes)
    await drop(closed.page, [file])
    await inTheMiddle(closed.page, name)
    await closed.page.close({ runBeforeUnload: false })
    await upload(left.page, name).waitFor({ timeout: 10_000 })
    await finished(left.page, name)
    expect(await contentOf(name)).toBe(await sha256OfFile(file))
  }
})

test('a hub that is killed in the middle of an upload finds it finished after its restart', async () => {
  const file = await randomFile(join(rig.directory, 'killed.bin'), fileBytes)
  const { page } = await rig.open()
  await drop(page, [file])
  await inTheMiddle(page, 'killed.bin')
  await rig.hub.kill()
  await upload(page, 'killed.bin').getByText('Waiting for the connection').waitFor()
  await page.getByText('Reconnecting').waitFor()
  await rig.hub.start()
  const before = await receivedBytes(rig.hub.url)
  await finished(page, 'killed.bin')
  expect(await contentOf('killed.bin')).toBe(await sha256OfFile(file))
  // The hub had at least a tenth; what it had, less than a window of it is sent again.
  expect((await receivedBytes(rig.hub.url)) - before).toBeLessThan(0.9 * fileBytes + windowBytes + talkBytes)
})

test('what was begun on one device is finished on another by choosing the file again', async () => {
  const file = await randomFile(join(rig.directory, 'chosen.bin'), fileBytes)
  const first = await rig.open()
  const before = await receivedBytes(rig.hub.url)
  await drop(first.page, [file])
  await inTheMiddle(first.page, 'chosen.bin')
  await first.context.close()

  const { page } = await rig.open({ script: withoutPickers })
  const waiting = upload(page, 'chosen.bin')
  await waiting.getByText('choose the file again').waitFor()
  const choosing = page.waitForEvent('filechooser')
  await waiting.getByRole('button', { name: 'Choose file' }).click()
  await (await choosing).setFiles(file)
  await finished(page, 'chosen.bin')
  expect(await contentOf('chosen.bin')).toBe(await sha256OfFile(file))
  expect((await receivedBytes(rig.hub.url)) - before).toBeLessThan(fileBytes + windowBytes + talkBytes)
})

test('a file that is dropped again after its browser died goes on where it was', async () => {
  const file = await randomFile(join(rig.directory, 'dropped twice.bin'), fileBytes)
  const before = await receivedBytes(rig.hub.url)
  const first = await rig.open()
  await drop(first.page, [file])
  await inTheMiddle(first.page, 'dropped twice.bin')
  await first.context.close()

  const { page } = await rig.open()
  const rows = upload(page, 'dropped twice.bin')
  await rows.getByText('choose the file again').waitFor()
  await drop(page, [file])
  await finished(page, 'dropped twice.bin')
  expect(await rows.count()).toBe(1)
  expect(await contentOf('dropped twice.bin')).toBe(await sha256OfFile(file))
  expect((await receivedBytes(rig.hub.url)) - before).toBeLessThan(fileBytes + windowBytes + talkBytes)
})

test('files of a dropped folder that look alike go on after a reload each with its own content', async () => {
  const top = join(rig.directory, 'alike')
  const sent: Record<string, string> = {}
  for (const name of ['a', 'b', 'c', 'd']) {
    await mkdir(join(top, name), { recursive: true })
    const file = await randomFile(join(top, name, 'data.bin'), fileBytes / 2)
    await utimes(file, longAgo, longAgo)
    sent[name] = await sha256OfFile(file)
  }
  const { page } = await rig.open()
  await drop(page, [top])
  const begun = async () => (await rig.client.call('upload.list', {})).uploads.length
  await expect.poll(begun, { interval: 20 }).toBeGreaterThan(1)
  await page.reload()
  await page.getByRole('heading', { name: '4 uploaded', exact: true }).waitFor({ timeout: 100_000 })
  const stored: Record<string, string> = {}
  const found = (await rig.list(rig.root)).find(({ name }) => name === 'alike')
  for (const { id, name } of await rig.list(found?.id ?? '')) {
    const [file] = await rig.list(id)
    stored[name] = file ? await sha256OfEntry(rig.client, rig.hub.url, file.id) : 'nothing'
  }
  expect(stored).toEqual(sent)
})

/** How many files the browser remembers as paused. */
const rememberedPaused = (page: Page): Promise<number> =>
  page.evaluate(async () => {
    const finished = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result)
        request.onerror = () => reject(request.error)
      })
    const opened = await finished(indexedDB.open('wherry-uploads'))
    const all = await finished(opened.transaction('uploads').objectStore('uploads').getAll())
    opened.close()
    return all.filter(({ paused }) => paused).length
  })

test('thousands of small files come back together after a reload, and the tray counts them all from the start', async () => {
  const count = 3000
  const top = join(rig.directory, 'many')
  await mkdir(top)
  for (let index = 0; index < count; index++)
    await writeFile(join(top, `${index}.txt`), `content of ${index}`)
  const { page } = await rig.open()
  await drop(page, [top])
  await page.getByRole('button', { name: 'Pause all' }).click()
  await expect.poll(() => rememberedPaused(page), { timeout: 30_000 }).toBeGreaterThan(count / 2)
  const left = (await rememberedPaused(page)).toLocaleString('en-US')
  await page.reload()
  const headline = page.getByRole('region', { name: 'Uploads' }).getByRole('heading')
  expect(await headline.textContent()).toMatch(new RegExp(`^(Uploading 1|0) of ${left}\\b`))
  // One by one they took a minute and more.
  await page.getByRole('button', { name: 'Resume all' }).click({ timeout: 20_000 })
  await page.getByRole('heading', { name: `${left} uploaded`, exact: true }).waitFor({ timeout: 20_000 })
  const found = (await rig.list(rig.root)).find(({ name }) => name === 'many')
  const { total } = await rig.client.call('folder.list', { folder: found?.id ?? '' })
  expect(total).toBe(count)
})
