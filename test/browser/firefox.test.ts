import type { Browser, Page } from 'puppeteer-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fill, firefoxProgram, isShown, placeOf, press, see, startFirefox } from '../support/firefox.ts'
import { administrator } from '../support/hub-process.ts'
import { putFile } from '../support/put-file.ts'
import { wavOf } from '../support/sample-files.ts'
import { webRig } from '../support/web-rig.ts'

const name = firefoxProgram ? 'Firefox' : 'Firefox (skipped: it is not installed)'

describe.skipIf(!firefoxProgram)(name, () => {
  const rig = webRig()
  let firefox: Browser
  beforeAll(async () => {
    firefox = await startFirefox(rig.directory)
  })
  afterAll(() => firefox?.close())

  const openFiles = async (): Promise<Page> => {
    const page = await (await firefox.createBrowserContext()).newPage()
    await page.goto(rig.hub.url)
    await fill(page, 'E-mail', administrator.email)
    await fill(page, 'Password', administrator.password)
    await press(page, 'Sign in')
    return page
  }

  test('shows a sound that it has no device for', async () => {
    await putFile(rig.client, rig.root, 'silence.wav', wavOf(5))
    const page = await openFiles()
    const { x, y } = await placeOf(page, '.title', 'silence.wav')
    await page.mouse.click(x, y, { count: 2 })
    await see(page, 'Download')
    // Its error comes some time after the sound was understood.
    await new Promise(resolve => setTimeout(resolve, 3000))
    expect(await isShown(page, 'audio')).toBe(true)
    await page.close()
  })

  test.each([0, 100, 300])('keeps the menu when the right button is let go after %d ms', async delay => {
    await rig.makeFolder(`Held for ${delay} ms`)
    const page = await openFiles()
    await see(page, `Held for ${delay} ms`)
    const { x, y } = await placeOf(page, '.title', `Held for ${delay} ms`)
    await page.mouse.click(x, y, { button: 'right', delay })
    // It has to stay, so there is nothing to wait for.
    await new Promise(resolve => setTimeout(resolve, 500))
    const rename = await placeOf(page, '[role=menuitem] span', 'Rename')
    await page.mouse.click(rename.x, rename.y)
    await page.keyboard.type('renamed')
    await page.keyboard.press('Enter')
    await expect.poll(async () => (await rig.list(rig.root)).map(entry => entry.name)).toContain('renamed')
    await page.close()
    const [entry] = (await rig.list(rig.root)).filter(one => one.name === 'renamed')
    await rig.client.call('entry.delete', { entries: [entry?.id ?? ''] })
  })
})
