import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openPage } from '../support/browser.ts'
import { largeChunkFile } from '../support/files.ts'
import { administrator } from '../support/hub-process.ts'
import { hubProxy } from '../support/hub-proxy.ts'
import { narrowLink } from '../support/narrow-link.ts'
import { webRig } from '../support/web-rig.ts'
import { drop, signIn, upload } from '../support/web-steps.ts'

const MiB = 2 ** 20
const rig = webRig()

/** What the tray shows of all uploads: the figures at its top, and the share of the one row. */
const shown = async (page: Parameters<typeof upload>[0]) => ({
  figures: (await page.locator('wherry-upload-tray header p').textContent()) ?? '',
  share: await page
    .locator('wherry-upload-row progress')
    .evaluate((bar: HTMLProgressElement) => bar.value)
    .catch(() => 0),
})

test('an upload moves before its first chunk is stored, says when the network stands still, and goes on', async () => {
  const proxy = await hubProxy(rig.hub.url)
  onTestFinished(() => proxy.close())
  const link = await narrowLink(proxy.port, 30_000)
  onTestFinished(link.close)
  const url = `http://localhost:${link.port}`
  const { page, context } = await openPage(rig.browser, url)
  onTestFinished(() => context.close())
  await page.goto(`${url}/f/${await rig.makeFolder('Slow')}`)
  await signIn(page, administrator)
  const storedBytes = async () => (await rig.client.call('upload.list', {})).uploads[0]?.storedBytes ?? 0

  await drop(page, [await largeChunkFile(join(rig.directory, 'slow.bin'), 24 * MiB)])
  const row = upload(page, 'slow.bin')
  const shares = new Set<number>()
  await expect
    .poll(
      async () => {
        const { figures, share } = await shown(page)
        shares.add(share)
        return figures.includes('/s') && shares.size > 1
      },
      { timeout: 40_000 },
    )
    .toBe(true)
  expect(await storedBytes()).toBe(0)
  expect(Math.max(...shares)).toBeLessThan(0.5)

  link.bytesPerSecond = 0
  await row.getByText('Waiting for the network; goes on by itself').waitFor({ timeout: 40_000 })
  const still = (await shown(page)).figures
  expect(still).toContain('waiting for the network')
  expect(still).not.toMatch(/\/s|left/)

  link.bytesPerSecond = MiB
  await row.getByText('Uploading').waitFor()
  await expect.poll(async () => (await shown(page)).figures).toMatch(/\/s · .* left/)
  link.bytesPerSecond = null
  await row.getByText('Verified').waitFor({ timeout: 30_000 })
  expect((await shown(page)).figures).toMatch(/^(\S+ \S+) of \1$/)
}, 120_000)
