import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openPage, startBrowser } from '../support/browser.ts'
import { randomFile } from '../support/files.ts'
import { administrator, hubProcess } from '../support/hub-process.ts'
import { signedInClient } from '../support/transfer-client.ts'
import { drop, row, signIn } from '../support/web-steps.ts'

const address = 'http://plain.test'

/** Browsers take localhost for secure: a hub in a home's network, without a certificate, is not. */
test('files are uploaded over plain http too, where browsers have no cryptography of their own', async () => {
  const hub = await hubProcess({
    WHERRY_ADMIN_EMAIL: administrator.email,
    WHERRY_ADMIN_PASSWORD: administrator.password,
    WHERRY_URL: address,
  })
  onTestFinished(hub.remove)
  await hub.start()
  const browser = await startBrowser(`--host-resolver-rules=MAP plain.test:80 127.0.0.1:${hub.port}`)
  onTestFinished(() => browser.close())
  const directory = await mkdtemp(join(tmpdir(), 'wherry-plain-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  const { page, problems } = await openPage(browser, address)
  await page.goto(address)
  expect(await page.evaluate(() => isSecureContext)).toBe(false)
  await signIn(page, administrator)

  const large = await randomFile(join(directory, 'large.bin'), 5_000_000)
  const small = await randomFile(join(directory, 'small.bin'), 5000)
  await drop(page, [large, small])
  await row(page, 'large.bin').waitFor()
  await row(page, 'small.bin').waitFor()

  const { client, root } = await signedInClient(hub.url, administrator)
  onTestFinished(() => client.close())
  const { entries } = await client.call('folder.list', { folder: root })
  expect(entries.map(({ name, size }) => ({ name, size }))).toEqual([
    { name: 'large.bin', size: 5_000_000 },
    { name: 'small.bin', size: 5000 },
  ])
  // Chromium says that it leaves this header out of account on plain http, as it should.
  expect(problems.filter(problem => !problem.startsWith('The Cross-Origin-Opener-Policy header'))).toEqual([])
})
