import { appendFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { randomFile } from '../support/files.ts'
import { webRig } from '../support/web-rig.ts'
import { drop, upload } from '../support/web-steps.ts'

const MiB = 2 ** 20
const rig = webRig()

const begin = async (page: Page, path: string, name: string): Promise<void> => {
  await drop(page, [path])
  const bar = upload(page, name).getByRole('progressbar')
  await expect
    .poll(() => bar.evaluate((element: HTMLProgressElement) => element.value), { interval: 10 })
    .toBeGreaterThan(0)
}

const changes = [
  { how: 'grows', change: (path: string) => appendFile(path, 'more') },
  { how: 'is deleted', change: (path: string) => rm(path) },
]

test.each(changes)('a file that $how while it is uploaded ends with a sentence', async ({ how, change }) => {
  const name = `${how}.bin`
  const path = await randomFile(join(rig.directory, name), 96 * MiB)
  const { page } = await rig.open()
  // Chromium compares whole seconds.
  await page.waitForTimeout(1100)
  await begin(page, path, name)
  await change(path)
  const sentence = 'The file changed or went away while it was uploaded.'
  await upload(page, name).getByText(sentence).waitFor({ timeout: 100_000 })
  await expect.poll(async () => (await rig.client.call('upload.list', {})).uploads).toEqual([])
  expect((await rig.list(rig.root)).map(entry => entry.name)).not.toContain(name)
})
