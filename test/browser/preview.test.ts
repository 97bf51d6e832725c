import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { pdfOf, pngOf } from '../support/sample-files.ts'
import { webRig } from '../support/web-rig.ts'
import { drop, row } from '../support/web-steps.ts'

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
