import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { randomFile } from '../support/files.ts'
import { webRig } from '../support/web-rig.ts'
import { drop, upload } from '../support/web-steps.ts'

const MiB = 2 ** 20
const rig = webRig()

/** Notes each text that the live regions around the tray are given, from now on. */
const listen = async (page: Page): Promise<() => Promise<string[]>> => {
  const region = page.locator('wherry-upload-tray [role=status]')
  await region.waitFor({ state: 'attached' })
  await region.evaluate(element => {
    const said: string[] = []
    Object.assign(window, { said })
    new MutationObserver(() => said.push(element.textContent ?? '')).observe(element, {
      ...{ childList: true, characterData: true, subtree: true },
    })
  })
  return () => page.evaluate(() => (window as unknown as { said: string[] }).said)
}

test('a screen reader hears how uploads begin, fail and end, and nothing of each percent', async () => {
  const account = { email: 'narrow@example.org', password: 'the password of narrow' }
  await rig.client.call('user.create', {
    ...{ ...account, name: 'Narrow', role: 'member', quotaBytes: 100 * MiB },
  })
  const large = await randomFile(join(rig.directory, 'large.bin'), 96 * MiB)
  const small = join(rig.directory, 'small.txt')
  await writeFile(small, 'small')
  const tooLarge = await randomFile(join(rig.directory, 'too large.bin'), 110 * MiB)
  const { page } = await rig.open({ as: account })
  const said = await listen(page)

  await drop(page, [large])
  await page.getByRole('button', { name: 'Pause large.bin' }).click()
  await expect.poll(said, { timeout: 10_000 }).toContain('0 of 1 uploaded')
  await page.getByRole('button', { name: 'Resume large.bin' }).click()
  await upload(page, 'large.bin').getByText('Verified').waitFor({ timeout: 60_000 })
  await expect.poll(async () => (await said()).at(-1), { timeout: 10_000 }).toBe('1 uploaded')

  await drop(page, [small])
  await expect.poll(async () => (await said()).at(-1), { timeout: 10_000 }).toBe('2 uploaded')
  await drop(page, [tooLarge])
  await expect.poll(async () => (await said()).at(-1), { timeout: 10_000 }).toBe('1 of 3 failed')

  await page.getByRole('button', { name: 'Clear the list' }).click()
  await expect.poll(async () => (await said()).at(-1), { timeout: 10_000 }).toBe('')
  expect((await said()).length).toBeLessThan(10)
})
