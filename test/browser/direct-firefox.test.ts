import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser, Page } from 'puppeteer-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { accept, dropToSend, enterCode, shownCode } from '../support/direct-send.ts'
import { randomFile, sha256OfFile } from '../support/files.ts'
import { dropRandomFile, fill, firefoxProgram, press, see, startFirefox, textOf } from '../support/firefox.ts'
import { administrator } from '../support/hub-process.ts'
import { webRig } from '../support/web-rig.ts'
import { withoutPickers } from '../support/web-steps.ts'

const name = firefoxProgram ? 'with Firefox' : 'with Firefox (skipped: it is not installed)'

describe.skipIf(!firefoxProgram)(name, () => {
  const rig = webRig()
  let firefox: Browser
  let downloads: string
  const problems: string[] = []

  beforeAll(async () => {
    downloads = join(rig.directory, 'downloads')
    await mkdir(downloads)
    firefox = await startFirefox(downloads)
  })
  afterEach(() => expect(problems.splice(0)).toEqual([]))
  afterAll(() => firefox?.close())

  const open = async (path: string): Promise<Page> => {
    const page = await firefox.newPage()
    page.on('pageerror', error => problems.push(String(error)))
    await page.goto(rig.hub.url + path)
    return page
  }

  /** Resolves with the only file there, once it is whole. */
  const whenSaved = async (): Promise<string> => {
    for (;;) {
      const names = await readdir(downloads)
      const [only] = names
      if (names.length === 1 && only && !only.endsWith('.part')) return join(downloads, only)
      await new Promise(resolve => setTimeout(resolve, 50))
    }
  }

  test('Chromium sends, Firefox receives and saves', async () => {
    const file = await randomFile(join(rig.directory, 'to firefox.bin'), 32 * 2 ** 20)
    const { page: sender } = await rig.open({ path: '/send' })
    await dropToSend(sender, [file])
    const receiver = await open('/go')
    await fill(receiver, 'Code from the sender', await shownCode(sender))
    await press(receiver, 'Receive')
    await press(receiver, 'Accept')
    await see(receiver, 'Everything arrived and is verified')
    await sender.getByText('Delivered and verified').waitFor()
    await press(receiver, 'Save')
    expect(await sha256OfFile(await whenSaved())).toBe(await sha256OfFile(file))
  })

  test('Firefox sends, Chromium receives', async () => {
    const sender = await open('/send')
    await fill(sender, 'E-mail', administrator.email)
    await fill(sender, 'Password', administrator.password)
    await press(sender, 'Sign in')
    const hash = await dropRandomFile(sender, 'from firefox.bin', 32 * 2 ** 20)
    const code = await textOf(sender, '.code')
    const { page: receiver } = await rig.open({ path: '/go', as: null, script: withoutPickers })
    await enterCode(receiver, code)
    await accept(receiver)
    await receiver.getByText('Everything arrived and is verified').waitFor()
    await see(sender, 'Delivered and verified')
    const started = receiver.waitForEvent('download')
    await receiver.getByRole('button', { name: 'Save' }).first().click()
    expect(await sha256OfFile(await (await started).path())).toBe(hash)
  })
})
