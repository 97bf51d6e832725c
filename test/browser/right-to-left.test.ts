import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Locator } from 'playwright-core'
import { expect, test } from 'vitest'
import { dropToSend } from '../support/direct-send.ts'
import { randomFile } from '../support/files.ts'
import { webRig } from '../support/web-rig.ts'
import { drop, row, upload } from '../support/web-steps.ts'

const MiB = 2 ** 20
const rig = webRig()

/** The number that a text begins with stands at the left end of its line. */
const beginsWithItsNumber = (text: Locator): Promise<boolean> =>
  text.evaluate(element => {
    const node = document.createTreeWalker(element, NodeFilter.SHOW_TEXT)
    const boxes: DOMRect[] = []
    while (node.nextNode()) {
      const { length } = node.currentNode.textContent ?? ''
      for (let at = 0; at < length; at++) {
        const range = document.createRange()
        range.setStart(node.currentNode, at)
        range.setEnd(node.currentNode, at + 1)
        boxes.push(range.getBoundingClientRect())
      }
    }
    const [first] = boxes
    return boxes.every(box => first !== undefined && box.left >= first.left)
  })

test('figures keep their order from right to left: in the tray, the question about a name, and the preview', async () => {
  const folder = await rig.makeFolder('Right')
  const { page } = await rig.open({ path: `/f/${folder}` })
  await page.goto(`${rig.hub.url}/f/${folder}?dir=rtl`)
  const small = join(rig.directory, 'small.txt')
  await writeFile(small, 'small')
  await drop(page, [small, await randomFile(join(rig.directory, 'paused.bin'), 64 * MiB)])
  await page.getByRole('button', { name: 'Pause paused.bin' }).click()
  await row(page, 'small.txt').waitFor()
  const tray = page.locator('wherry-upload-tray')
  const figures = [
    tray.getByText('1 of 2 uploaded'),
    tray.locator('.figures p').getByText('of'),
    upload(page, 'paused.bin').getByText('of 67.1 MB'),
    upload(page, 'small.txt').getByText('5 bytes'),
  ]
  for (const text of figures) expect(await beginsWithItsNumber(text)).toBe(true)

  await writeFile(small, 'smaller')
  await drop(page, [small])
  expect(await beginsWithItsNumber(page.locator('wherry-clash-dialog').getByText(/^7.bytes/))).toBe(true)
  await page.getByRole('button', { name: 'Cancel these uploads' }).click()
  await page.getByRole('button', { name: 'Cancel paused.bin' }).click()

  await row(page, 'small.txt').locator('.title').dblclick()
  expect(await beginsWithItsNumber(page.locator('wherry-preview h2').getByText('5 bytes').last())).toBe(true)
})

test('figures keep their order from right to left on the card of a send', async () => {
  const { page } = await rig.open({ path: '/send' })
  await page.goto(`${rig.hub.url}/send?dir=rtl`)
  for (const name of ['one.txt', 'two.txt']) await writeFile(join(rig.directory, name), name)
  await dropToSend(
    page,
    ['one.txt', 'two.txt'].map(name => join(rig.directory, name)),
  )
  const card = page.locator('wherry-send-card')
  for (const text of [card.getByText('2 files, 14 bytes'), card.getByText('7 bytes').first()])
    expect(await beginsWithItsNumber(text)).toBe(true)
})
