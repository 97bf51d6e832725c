import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { administrator } from '../support/hub-process.ts'
import { putFile } from '../support/put-file.ts'
import { pdfOf, pngOf } from '../support/sample-files.ts'
import { webRig } from '../support/web-rig.ts'
import { drop, openFolder, row, shownNames, signIn, withoutPickers } from '../support/web-steps.ts'

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

const put = (place: string, name: string, content: string | Buffer) =>
  putFile(rig.client, place, name, content)

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

test('a preview follows what others do with its file, and with those around it', async () => {
  const place = await rig.makeFolder('Followed')
  await put(place, 'a.png', pngOf(320, 200, [20, 90, 140]))
  await put(place, 'c.txt', 'first words')
  const ids = new Map((await rig.list(place)).map(({ name, id }) => [name, id]))
  const [picture = '', words = ''] = [ids.get('a.png'), ids.get('c.txt')]
  const { page } = await rig.open({ path: `/f/${place}` })
  await row(page, 'a.png').locator('.title').dblclick()
  const image = page.getByRole('img', { name: 'a.png' })
  const element = await image.elementHandle()
  await rig.client.call('entry.rename', { entry: picture, name: 'b.png' })
  await page.locator('wherry-preview').getByRole('heading', { name: 'b.png' }).waitFor()
  expect(await element?.evaluate(node => node.isConnected)).toBe(true)
  await put(place, 'b.png', pngOf(64, 64, [20, 90, 140]))
  const width = () =>
    page.getByRole('img', { name: 'b.png' }).evaluate((node: HTMLImageElement) => node.naturalWidth)
  await expect.poll(width).toBe(64)

  await put(place, 'bb.txt', 'between them')
  await row(page, 'bb.txt').waitFor({ state: 'attached' })
  await page.keyboard.press('ArrowRight')
  await page.getByText('between them').waitFor()
  await page.keyboard.press('ArrowRight')
  await page.getByText('first words').waitFor()
  await put(place, 'c.txt', 'other words, and more of them')
  await page.getByText('other words').waitFor()
  await page.locator('wherry-preview').getByText('29 bytes').waitFor()

  const isOver = page.getByText('This file is not here any more')
  await rig.client.call('entry.delete', { entries: [words] })
  await isOver.waitFor()
  expect(await page.getByText('other words').count()).toBe(0)
  await page.keyboard.press('ArrowLeft')
  await page.getByText('between them').waitFor()
  expect(await isOver.count()).toBe(0)

  await page.keyboard.press('ArrowLeft')
  await page.locator('wherry-preview').getByRole('heading', { name: 'b.png' }).waitFor()
  // What is deleted while it is loaded is an error in the console of the browser.
  await expect.poll(width).toBe(64)
  await rig.client.call('entry.delete', { entries: [picture] })
  await isOver.waitFor()
  await page.locator('.gone').getByRole('button', { name: 'Close' }).click()
  await page.locator('wherry-preview dialog').waitFor({ state: 'detached' })
  expect(await shownNames(page)).toEqual(['bb.txt'])
})

test('a preview follows its file into another folder, where it is renamed, replaced and deleted', async () => {
  const [from, to] = [await rig.makeFolder('Moved from'), await rig.makeFolder('Moved to')]
  await put(from, 'here.txt', 'first words')
  const [file] = await rig.list(from)
  const { page } = await rig.open({ path: `/f/${from}` })
  await row(page, 'here.txt').locator('.title').dblclick()
  await page.getByText('first words').waitFor()
  await rig.client.call('entry.move', { entries: [file?.id ?? ''], folder: to, onClash: 'fail' })
  await row(page, 'here.txt').waitFor({ state: 'detached' })

  await rig.client.call('entry.rename', { entry: file?.id ?? '', name: 'there.txt' })
  await page.locator('wherry-preview').getByRole('heading', { name: 'there.txt' }).waitFor()
  await put(to, 'there.txt', 'other words')
  await page.getByText('other words').waitFor()
  await rig.client.call('entry.delete', { entries: [file?.id ?? ''] })
  await page.getByText('This file is not here any more').waitFor()
})

test('a preview that is asked for before its part of the page is loaded opens when it is', async () => {
  const place = await rig.makeFolder('Early')
  await put(place, 'early.txt', 'words for the early')
  const { page } = await rig.open({ as: null })
  const loaded = Promise.withResolvers<void>()
  await page.route(/\/preview-frame-[^/]*\.js$/, async route => {
    await loaded.promise
    await route.continue()
  })
  await page.goto(`${rig.hub.url}/f/${place}`)
  await signIn(page, administrator)
  await row(page, 'early.txt').locator('.title').dblclick()
  loaded.resolve()
  await page.getByText('words for the early').waitFor()
})

test('a preview says so when its file may not be seen any more, and shows it again when it may', async () => {
  const mia = await rig.makeUser('Mia')
  const place = await rig.makeFolder('Lent')
  await put(place, 'lent.txt', 'words on loan')
  await rig.share(place, mia.id, 'read')
  const { page } = await rig.open({ as: mia, path: `/f/${place}` })
  await row(page, 'lent.txt').locator('.title').dblclick()
  await page.getByText('words on loan').waitFor()
  await rig.client.call('access.revoke', { entry: place, subject: { kind: 'user', user: mia.id } })
  await page.getByText('This file is not here any more').waitFor()
  expect(await page.getByText('words on loan').count()).toBe(0)
  await rig.share(place, mia.id, 'read')
  await page.getByText('words on loan').waitFor()
})

test('a preview of a file that was shared alone follows its name, its new versions and its end', async () => {
  const noa = await rig.makeUser('Noa')
  const place = await rig.makeFolder('Not shared')
  await put(place, 'alone.txt', 'the first words')
  const [file] = await rig.list(place)
  const entry = file?.id ?? ''
  await rig.share(entry, noa.id, 'read')
  const { page } = await rig.open({ as: noa, path: '/shared' })
  await page.getByRole('link', { name: 'alone.txt' }).click()
  await page.getByText('the first words').waitFor()
  await rig.client.call('entry.rename', { entry, name: 'still alone.txt' })
  await page.locator('wherry-preview').getByRole('heading', { name: 'still alone.txt' }).waitFor()
  await put(place, 'still alone.txt', 'the second words')
  await page.getByText('the second words').waitFor()
  await rig.client.call('entry.delete', { entries: [entry] })
  await page.getByText('This file is not here any more').waitFor()
})

test('a previewed file is downloaded by a signed address where the browser cannot write files', async () => {
  const place = await rig.makeFolder('Saved')
  await put(place, 'saved.txt', 'words to save')
  const { page } = await rig.open({ path: `/f/${place}`, script: withoutPickers })
  await row(page, 'saved.txt').locator('.title').dblclick()
  await page.getByText('words to save').waitFor()
  const [saved] = await Promise.all([
    page.waitForEvent('download'),
    page.locator('wherry-preview').getByRole('button', { name: 'Download' }).click(),
  ])
  expect(saved.suggestedFilename()).toBe('saved.txt')
})

test('an empty file is said to be empty, and nothing of it is asked for', async () => {
  const place = await rig.makeFolder('Empty')
  const names = ['a.txt', 'b.png', 'c.mp4', 'd.mp3', 'e.pdf', 'f.bin']
  for (const name of names) await put(place, name, '')
  const { page } = await rig.open({ path: `/f/${place}` })
  const addresses: string[] = []
  page.on('request', request => addresses.push(request.url()))
  await row(page, 'a.txt').locator('.title').dblclick()
  const preview = page.locator('wherry-preview')
  for (const name of names) {
    await preview.getByRole('heading', { name }).waitFor()
    await preview.getByText('This file is empty.').waitFor()
    await page.keyboard.press('ArrowRight')
  }
  expect(addresses.filter(address => names.some(name => address.endsWith(name)))).toEqual([])
  await preview.getByRole('heading', { name: 'a.txt' }).waitFor()
  await put(place, 'a.txt', 'not empty any more')
  await preview.getByText('not empty any more').waitFor()
})

test('a picture, a film and a sound that cannot be shown say so beside their Download, and a whole version is shown', async () => {
  const place = await rig.makeFolder('Broken')
  const names = ['a.mp3', 'b.mp4', 'c.png']
  for (const name of names) await put(place, name, Buffer.of(0, 1, 2, 0xff))
  const { page } = await rig.open({ path: `/f/${place}` })
  await row(page, 'a.mp3').locator('.title').dblclick()
  const preview = page.locator('wherry-preview')
  const isTold = preview.getByRole('alert').filter({ hasText: 'This file cannot be shown' })
  for (const name of names) {
    await preview.getByRole('heading', { name }).waitFor()
    await isTold.waitFor()
    expect(await preview.locator('img, video, audio').count()).toBe(0)
    if (name !== 'c.png') await page.keyboard.press('ArrowRight')
  }
  await preview.getByRole('button', { name: 'Download' }).waitFor()
  await put(place, 'c.png', pngOf(64, 64, [20, 90, 140]))
  await page.getByRole('img', { name: 'c.png' }).waitFor()
  expect(await isTold.count()).toBe(0)
})

const utf16 = (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le')

test('texts that are not UTF-8 are shown by their mark or as a guess that is told, and what is no text is not', async () => {
  const place = await rig.makeFolder('Encodings')
  const texts: [name: string, content: Buffer, shown: string, isGuess: boolean][] = [
    ['a.txt', Buffer.from('Grüße, 5 \x80 für Café', 'latin1'), 'Grüße, 5 € für Café', true],
    ['b.txt', utf16('Grüße aus Köln'), 'Grüße aus Köln', false],
    ['c.txt', utf16('Straße nach Łódź').swap16(), 'Straße nach Łódź', false],
    ['d.txt', Buffer.from('\x93\xfa\x96\x7b, or Japan', 'latin1'), ', or Japan', true],
    ['e.txt', Buffer.from('plain and sure: é'), 'plain and sure: é', false],
    ['f.txt', Buffer.concat([Buffer.from('é'.repeat(5000)), Buffer.of(0xe9)]), 'éé', true],
    // What is shown of it ends within a character.
    ['g.txt', Buffer.from(`x${'é'.repeat(300_000)}`), 'xéé', false],
    ['h.log', Buffer.from(`${'letters '.repeat(1000)} caf\xe9`, 'latin1'), 'café', true],
  ]
  for (const [name, content] of texts) await put(place, name, content)
  await put(place, 'i.txt', 'words and a NUL\0')
  const { page } = await rig.open({ path: `/f/${place}` })
  await row(page, 'a.txt').locator('.title').dblclick()
  const preview = page.locator('wherry-preview')
  for (const [name, , shown, isGuess] of texts) {
    await preview.getByRole('heading', { name }).waitFor()
    await preview.locator('pre', { hasText: shown }).waitFor()
    expect(await preview.getByText('is a guess').count()).toBe(isGuess ? 1 : 0)
    await page.keyboard.press('ArrowRight')
  }
  await preview.getByRole('heading', { name: 'i.txt' }).waitFor()
  await preview.getByText('There is no preview').waitFor()
})

test('a broken document that takes the focus does not keep the keys, and a whole one that is clicked into does', async () => {
  const place = await rig.makeFolder('Documents')
  await put(place, 'a.txt', 'words to click on')
  await put(place, 'broken.pdf', '%PDF-1.4 broken')
  await put(place, 'whole.pdf', pdfOf())
  const { page } = await rig.open({
    path: `/f/${place}`,
    script: () => addEventListener('blur', () => console.info('the document took the focus')),
  })
  const preview = page.locator('wherry-preview')
  await row(page, 'a.txt').locator('.title').dblclick()
  await preview.getByText('words to click on').click()
  // To the browser a look of the test tool into the page is as good as a click into the document: there may be none.
  await Promise.all([
    page.waitForEvent('console', message => message.text() === 'the document took the focus'),
    page.keyboard.press('ArrowRight'),
  ])
  await preview.locator('button:focus').waitFor()
  await page.keyboard.press('Escape')
  await preview.locator('dialog').waitFor({ state: 'detached' })

  await row(page, 'whole.pdf').locator('.title').dblclick()
  await preview.locator('iframe').waitFor()
  const focusedByClick = async () => {
    await page.mouse.click(640, 500)
    return preview.locator('wherry-preview-body').evaluate(async ({ shadowRoot }) => {
      await new Promise(requestAnimationFrame)
      return shadowRoot?.activeElement?.localName
    })
  }
  // A click before the viewer is there is none into it.
  await expect
    .poll(async () => [await focusedByClick(), await focusedByClick()])
    .toEqual(['iframe', 'iframe'])
})

test('another file is told by its name and place, and the arrows go the way that the buttons point', async () => {
  const place = await rig.makeFolder('In order')
  for (const name of ['a.txt', 'b.txt', 'c.txt']) await put(place, name, name)
  const { page } = await rig.open({ path: `/f/${place}` })
  for (const [direction, onward] of Object.entries({ ltr: 'ArrowRight', rtl: 'ArrowLeft' })) {
    await page.goto(`${rig.hub.url}/f/${place}?dir=${direction}`)
    await row(page, 'a.txt').locator('.title').dblclick()
    const preview = page.locator('wherry-preview')
    await preview.getByRole('heading', { name: 'a.txt' }).waitFor()
    const region = await preview.locator('.for-readers[role="status"]').elementHandle({ timeout: 5_000 })
    await page.keyboard.press(onward)
    await expect.poll(() => region?.textContent()).toBe('b.txt, 2 of 3')
    expect(await region?.evaluate(element => element.isConnected)).toBe(true)
  }
})
