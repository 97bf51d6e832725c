import { join } from 'node:path'
import type { Locator } from 'playwright-core'
import { expect, test } from 'vitest'
import { randomFile } from '../support/files.ts'
import { webRig } from '../support/web-rig.ts'
import { drop, upload } from '../support/web-steps.ts'

const MiB = 2 ** 20
const rig = webRig()

/** How many colours take up a good part of a picture of it. */
const colours = async (place: Locator): Promise<number> => {
  const picture = (await place.screenshot()).toString('base64')
  const { page, context } = await rig.open({ as: null, path: '/' })
  const count = await page.evaluate(async picture => {
    const bytes = Uint8Array.from(atob(picture), sign => sign.charCodeAt(0))
    const bitmap = await createImageBitmap(new Blob([bytes]))
    const { width, height } = bitmap
    const canvas = new OffscreenCanvas(width, height).getContext('2d')
    canvas?.drawImage(bitmap, 0, 0)
    const pixels = new Uint32Array(
      canvas?.getImageData(0, 0, width, height).data.buffer ?? new ArrayBuffer(0),
    )
    const counts = new Map<number, number>()
    for (const pixel of pixels) counts.set(pixel, (counts.get(pixel) ?? 0) + 1)
    return [...counts.values()].filter(count => count > pixels.length / 50).length
  }, picture)
  await context.close()
  return count
}

test('in forced colours it can be seen how far an upload is', async () => {
  const { page } = await rig.open({ path: `/f/${await rig.makeFolder('Forced')}`, forcedColors: 'active' })
  await drop(page, [await randomFile(join(rig.directory, 'half.bin'), 96 * MiB)])
  const bar = upload(page, 'half.bin').getByRole('progressbar')
  await page.getByRole('button', { name: 'Pause half.bin' }).click()
  await bar.evaluate((bar: HTMLProgressElement) => {
    bar.value = bar.max / 2
  })
  // The line around it, what is done, and what is not.
  expect(await colours(bar)).toBeGreaterThan(2)
  await page.getByRole('button', { name: 'Cancel half.bin' }).click()
})

test.each(['none', 'active'] as const)(
  'on a phone the place is marked by a line, forced colours %s',
  async forcedColors => {
    const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, forcedColors }
    const { page } = await rig.open({ ...phone, path: '/users' })
    const marks = page.locator('wherry-tab-bar a').evaluateAll(links =>
      links.map(link => {
        const { borderTopStyle, borderTopWidth, borderTopColor } = getComputedStyle(link, '::before')
        const isSeen = borderTopColor !== getComputedStyle(link).backgroundColor
        return borderTopStyle === 'solid' && borderTopWidth === '3px' && isSeen ? link.textContent : null
      }),
    )
    expect((await marks).filter(name => name !== null)).toEqual(['Users'])
  },
)
