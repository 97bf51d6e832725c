import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BrowserContextOptions, Locator, Page } from 'playwright-core'
import { beforeAll, describe, expect, test } from 'vitest'
import { accessibilityProblems } from '../support/accessibility.ts'
import { openPage } from '../support/browser.ts'
import { acceptToTheMiddle, dropToSend, enterCode, shownCode } from '../support/direct-send.ts'
import { randomFile } from '../support/files.ts'
import { administrator, hubProcess } from '../support/hub-process.ts'
import { webRig } from '../support/web-rig.ts'
import { choose, drop, row, signIn, upload } from '../support/web-steps.ts'

const MiB = 2 ** 20
const rig = webRig()

const looks: Record<string, BrowserContextOptions & { direction?: 'rtl' }> = {
  light: { colorScheme: 'light' },
  dark: { colorScheme: 'dark' },
  phone: { viewport: { width: 390, height: 844 }, hasTouch: true },
  'right to left': { direction: 'rtl' },
}

let folder: string
beforeAll(async () => {
  folder = await rig.makeFolder('Everything')
  const grace = await rig.makeUser('Grace')
  await rig.share(folder, grace.id, 'write')
  for (const name of ['Reports', 'Music', 'ספרים']) await rig.makeFolder(name, folder)
})

/** Nothing moves any more: colours in the middle of an animation are no one's. */
const settled = (page: Page): Promise<unknown> =>
  page.evaluate(() => Promise.all(document.getAnimations().map(animation => animation.finished)))

const check = async (page: Page): Promise<void> => {
  await settled(page)
  expect(await accessibilityProblems(page)).toEqual([])
}

describe.each(Object.entries(looks))('axe finds nothing, %s', (name, { direction = 'ltr', ...look }) => {
  const options = { reducedMotion: 'reduce' as const, ...look }
  const query = direction === 'rtl' ? '?dir=rtl' : ''

  test('in the list, with a selection, uploads and dialogs', async () => {
    const { page } = await rig.open({ ...options, path: `/${query}`, as: null })
    await page.getByLabel('Password').waitFor()
    await check(page)
    await signIn(page, administrator)
    await page.goto(`${rig.hub.url}/f/${folder}${query}`)
    await row(page, 'Reports').waitFor()
    await check(page)
    await row(page, 'Reports').click()
    await page.locator('wherry-entry-list .scroller').press('Control+x')
    await page.getByRole('row', { name: /^Reports, Folder, modified [^,]+, cut$/ }).waitFor()
    if (name === 'phone') await page.getByRole('button', { name: 'Dismiss' }).click()
    await check(page)

    const target = await rig.makeFolder(`Uploads, ${name}`)
    await page.goto(`${rig.hub.url}/f/${target}${query}`)
    const notes = join(rig.directory, 'notes.txt')
    await writeFile(notes, 'notes')
    await drop(page, [notes])
    await row(page, 'notes.txt').locator('.title').click()
    if (name === 'phone') await page.getByRole('button', { name: 'Show uploads' }).click()
    await upload(page, 'notes.txt').getByText('Verified').waitFor()
    await page.getByRole('row', { name: /^notes\.txt, TXT file, 5.bytes, modified [^,]+$/ }).waitFor()
    await check(page)
    await writeFile(notes, 'other notes')
    await drop(page, [notes])
    await page.getByLabel('What to do with notes.txt').waitFor()
    await check(page)
  })

  test('in the users, the access dialog and the help', async () => {
    const { page } = await rig.open({ ...options, path: `/${query}` })
    await page.goto(`${rig.hub.url}/users${query}`)
    await page.getByText('grace@example.org').waitFor()
    await check(page)
    await page.goto(`${rig.hub.url}/f/${folder}${query}`)
    await row(page, 'Reports').waitFor()
    await choose(page, 'Reports', 'Access…')
    await page.getByText('from “Everything”').waitFor()
    await check(page)
    await page.getByRole('button', { name: 'Close' }).click()
    await page.locator('wherry-dialog').waitFor({ state: 'detached' })
    await page.locator('wherry-entry-list .scroller').press('?')
    await page.getByRole('dialog', { name: 'Keyboard' }).waitFor()
    await check(page)
  })

  test('in the tray with failed and paused uploads, and in the preview', async () => {
    const account = { email: `${name.replaceAll(' ', '-')}@example.org`, password: 'a long enough password' }
    await rig.client.call('user.create', {
      ...{ ...account, name: 'Narrow', role: 'member', quotaBytes: 80 * MiB },
    })
    const { page } = await rig.open({ ...options, as: account })
    await page.goto(`${rig.hub.url}/f/${query}`)
    const notes = join(rig.directory, 'notes.txt')
    await writeFile(notes, 'notes')
    const paused = await randomFile(join(rig.directory, 'paused.bin'), 64 * MiB)
    await drop(page, [notes, paused])
    if (name === 'phone') await page.getByRole('button', { name: 'Show uploads' }).click()
    await page.getByRole('button', { name: 'Pause paused.bin' }).click()
    const tooLarge = ['one.bin', 'two.bin'].map(name => randomFile(join(rig.directory, name), 90 * MiB))
    await drop(page, await Promise.all(tooLarge))
    await page.getByRole('button', { name: 'Retry these 2' }).waitFor()
    await upload(page, 'paused.bin').getByText('Paused', { exact: true }).waitFor()
    await check(page)
    await page.getByRole('button', { name: 'Hide uploads' }).click()
    await row(page, 'notes.txt').locator('.title').dblclick()
    await page.locator('wherry-preview pre').waitFor()
    await check(page)
  })

  test('in a direct send that is under way, and paused, on both sides', async () => {
    const { page } = await rig.open({ ...options, path: `/send${query}` })
    await page.goto(`${rig.hub.url}/send${query}`)
    const { page: receiver } = await rig.open({ ...options, as: null, path: `/go${query}` })
    await dropToSend(page, [await randomFile(join(rig.directory, 'sent.bin'), 48 * MiB)])
    await page.locator('wherry-invitation').waitFor()
    await check(page)
    await enterCode(receiver, await shownCode(page))
    await receiver.getByRole('button', { name: 'Accept', exact: true }).waitFor()
    await check(receiver)
    await acceptToTheMiddle(receiver)
    await receiver.getByRole('button', { name: 'Pause' }).click()
    await page.locator('wherry-receiver-card .state').getByText('Paused').waitFor()
    await check(page)
    await check(receiver)
    await receiver.getByRole('button', { name: 'Resume' }).click()
    await check(page)
    await check(receiver)
  })
})

test('axe finds nothing in the first run', async () => {
  const hub = await hubProcess()
  await hub.start()
  try {
    const { page, context, problems } = await openPage(rig.browser, hub.url)
    await page.goto(`${hub.url}/setup`)
    await page.getByRole('heading', { name: 'Welcome to Wherry' }).waitFor()
    await check(page)
    await context.close()
    expect(problems).toEqual([])
  } finally {
    await hub.remove()
  }
})

test('that deleting is for ever is told with the buttons that have the focus', async () => {
  const { page } = await rig.open({ path: `/f/${folder}` })
  await choose(page, 'Music', 'Delete…')
  for (const name of ['Cancel', 'Delete for ever']) {
    const button = page.getByRole('button', { name, exact: true })
    const description = await button.evaluate(({ ariaDescribedByElements: all }) => all?.[0]?.textContent)
    expect(description).toContain('This is for ever and cannot be undone.')
  }
})

/** Of the example in an empty field, as WCAG 2.2 reckons it. */
const exampleContrast = (field: Locator): Promise<number> =>
  field.evaluate(field => {
    const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true })
    const luminanceUnder = (colour: string, opacity: number): number => {
      if (!canvas) return Number.NaN
      canvas.globalAlpha = opacity
      canvas.fillStyle = colour
      canvas.fillRect(0, 0, 1, 1)
      const [r = 0, g = 0, b = 0] = [...canvas.getImageData(0, 0, 1, 1).data].map(value => {
        const share = value / 255
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
      })
      return 0.2126 * r + 0.7152 * g + 0.0722 * b
    }
    const example = getComputedStyle(field, '::placeholder')
    const below = luminanceUnder(getComputedStyle(field).backgroundColor, 1)
    const above = luminanceUnder(example.color, Number(example.opacity))
    return (Math.max(below, above) + 0.05) / (Math.min(below, above) + 0.05)
  })

test.each(['light', 'dark'] as const)('the example of a code can be read, %s', async colorScheme => {
  const { page } = await rig.open({ as: null, path: '/go', colorScheme })
  expect(await exampleContrast(page.getByLabel('Code from the sender'))).toBeGreaterThanOrEqual(4.5)
})
