import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { pdfOf, pngOf } from '../support/sample-files.ts'
import { webRig } from '../support/web-rig.ts'
import { drop, openFolder, row } from '../support/web-steps.ts'

const rig = webRig()

const samples: Record<string, string | Buffer> = {
  'a picture.png': pngOf(320, 200, [20, 90, 140]),
  'b words.txt': 'Grüße & <b>not bold</b>\n'.repeat(200),
  'c document.pdf': pdfOf(),
  'd page.html': '<script>parent.document.title = "taken over"</script><h1>Hello</h1>',
  'e unknown.bin': Buffer.of(0, 1, 2, 3, 0, 0xff),
}

let folder: string
beforeAll(async () => {
  folder = await rig.makeFolder('Samples')
  for (const [name, content] of Object.entries(samples)) await writeFile(join(rig.directory, name), content)
})

test('pictures, texts and documents are shown, and what is in them runs nowhere', async () => {
  const { page } = await rig.open({ path: `/f/${folder}` })
  await drop(
    page,
    Object.keys(samples).map(name => join(rig.directory, name)),
  )
  await page.getByText('5 items').waitFor()
  await row(page, 'a picture.png').locator('.title').dblclick()
  const picture = page.getByRole('img', { name: 'a picture.png' })
  await picture.waitFor()
  await expect.poll(() => picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(320)

  await page.keyboard.press('ArrowRight')
  await page.getByText('Grüße & <b>not bold</b>').waitFor()

  await page.keyboard.press('ArrowRight')
  const document = page.locator('wherry-preview iframe')
  await document.waitFor()
  const address = (await document.getAttribute('src')) ?? ''
  const answer = await page.request.get(new URL(address, rig.hub.url).href)
  expect(answer.headers()['content-type']).toBe('application/pdf')
  expect(await answer.body()).toEqual(samples['c document.pdf'])

  await page.keyboard.press('ArrowRight')
  await page.getByRole('heading', { name: 'd page.html' }).waitFor()
  await page.getByText('<h1>Hello</h1>').waitFor()
  expect(await page.title()).not.toBe('taken over')

  await page.keyboard.press('ArrowRight')
  await page.getByText('There is no preview').waitFor()
  await page.keyboard.press('Escape')
  await page.locator('wherry-preview dialog').waitFor({ state: 'detached' })
})

test('Back closes a preview and nothing else, Forward and a reload bring it again', async () => {
  const inner = await rig.makeFolder('Inner', folder)
  const { page } = await rig.open({ path: `/f/${folder}` })
  await openFolder(page, 'Inner')
  const names = ['one.txt', 'two.txt']
  for (const name of names) await writeFile(join(rig.directory, name), `in ${name}`)
  await drop(
    page,
    names.map(name => join(rig.directory, name)),
  )
  for (const name of names) await row(page, name).waitFor()
  const dialog = page.locator('wherry-preview dialog')
  const isClosed = () => dialog.waitFor({ state: 'detached' })
  const isInInner = () => expect.poll(() => page.url()).toBe(`${rig.hub.url}/f/${inner}`)
  const search = page.getByRole('searchbox')
  await search.fill('.txt')
  await row(page, 'one.txt').locator('.title').dblclick()
  await page.getByText('in one.txt').waitFor()
  await page.keyboard.press('ArrowRight')
  await page.getByText('in two.txt').waitFor()

  await page.goBack()
  await isClosed()
  await isInInner()
  expect(await search.inputValue()).toBe('.txt')
  expect(await page.evaluate(() => document.activeElement?.localName)).toBe('wherry-app')

  await page.goForward()
  await page.getByText('in two.txt').waitFor()
  await page.reload()
  await page.getByText('in two.txt').waitFor()
  await page.keyboard.press('Escape')
  await isClosed()
  await isInInner()

  await row(page, 'one.txt').locator('.title').dblclick()
  await page.getByText('in one.txt').waitFor()
  await page.getByRole('button', { name: 'Close' }).click()
  await isClosed()
  await isInInner()
  await page.goBack()
  await expect.poll(() => page.url()).toBe(`${rig.hub.url}/f/${folder}`)
  await row(page, 'Inner').waitFor()
})

test('the address of a preview opens it over its folder, and one of nothing opens the folder alone', async () => {
  const place = await rig.makeFolder('Addressed')
  const { page } = await rig.open({ path: `/f/${place}` })
  await writeFile(join(rig.directory, 'there.txt'), 'it is there')
  await drop(page, [join(rig.directory, 'there.txt')])
  await row(page, 'there.txt').waitFor()
  const [file] = await rig.list(place)
  await page.goto(`${rig.hub.url}/f/${place}?preview=${file?.id}`)
  await page.getByText('it is there').waitFor()
  await page.keyboard.press('Escape')
  await expect.poll(() => page.url()).toBe(`${rig.hub.url}/f/${place}`)
  await row(page, 'there.txt').waitFor()

  await page.goto(`${rig.hub.url}/f/${place}?preview=nothing`)
  await expect.poll(() => page.url()).toBe(`${rig.hub.url}/f/${place}`)
  await row(page, 'there.txt').waitFor()
})
