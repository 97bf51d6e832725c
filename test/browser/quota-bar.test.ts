import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { randomFile } from '../support/files.ts'
import { webRig } from '../support/web-rig.ts'
import { choose, drop, row, upload } from '../support/web-steps.ts'

const MiB = 2 ** 20
const rig = webRig()

/** As the bar tells so many MiB. */
const bytes = (MiB: number) => new RegExp(`^${MiB}(\\.\\d+)?\\sMi?B used$`)

const used = (page: Page, text: RegExp) => page.locator('wherry-quota-bar').getByText(text).waitFor()

/** How often the page asked for its spaces. */
const countAsked = (page: Page): (() => number) => {
  let asked = 0
  page.on('websocket', socket =>
    socket.on('framesent', ({ payload }) => {
      if (typeof payload === 'string' && payload.includes('"space.list"')) asked++
    }),
  )
  return () => asked
}

test('what is used is told although the folder of the upload is not open any more', async () => {
  const path = await randomFile(join(rig.directory, 'five.bin'), 5 * MiB)
  const { page } = await rig.open({ path: `/f/${await rig.makeFolder('Left')}` })
  await used(page, /^0\sbytes used$/)
  await drop(page, [path])
  await upload(page, 'five.bin').waitFor()
  await page.getByRole('link', { name: 'Shared with me' }).first().click()
  await upload(page, 'five.bin').getByText('Verified').waitFor()
  await used(page, bytes(5))
})

test('what is used follows copies and deletions, without a question for each change', async () => {
  const folder = await rig.makeFolder('Copies')
  const { page } = await rig.open({ path: `/f/${folder}` })
  const asked = countAsked(page)
  await page.reload()
  await used(page, bytes(5))
  const path = await randomFile(join(rig.directory, 'two.bin'), 2 * MiB)
  await drop(page, [path])
  await used(page, bytes(7))
  await choose(page, 'two.bin', 'Make a copy')
  await used(page, bytes(9))
  for (const name of ['two.bin', 'two (2).bin']) {
    await choose(page, name, 'Delete…')
    await page.getByRole('button', { name: 'Delete for ever' }).click()
    await row(page, name).waitFor({ state: 'detached' })
  }
  await used(page, bytes(5))

  const asks = asked()
  for (let i = 0; i < 40; i++) await rig.makeFolder(`Folder ${i}`, folder)
  await rig.makeFolder('A last one', folder)
  await row(page, 'A last one').waitFor()
  expect(asked() - asks).toBeLessThan(20)
})
