import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { dropToSend, enterCode, shownCode, transferState } from '../support/direct-send.ts'
import { randomFile } from '../support/files.ts'
import { webRig } from '../support/web-rig.ts'
import { drop, row, upload, withoutPickers } from '../support/web-steps.ts'

const MiB = 2 ** 20
const rig = webRig()

/** What has the focus, by its name or, of what has none, by its element. */
const focused = (page: Page): Promise<string> =>
  page.evaluate(() => {
    let element = document.activeElement
    while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement
    return element?.getAttribute('aria-label') || element?.textContent?.trim() || (element?.localName ?? '')
  })

const hasFocus = (page: Page, name: string) => expect.poll(() => focused(page)).toBe(name)

const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).press('Enter')

const text = async (name: string, content = name): Promise<string> => {
  const path = join(rig.directory, name)
  await writeFile(path, content)
  return path
}

test('in the tray the focus stays at the row, goes to the next one, and in the end to the list', async () => {
  const folder = await rig.makeFolder('Tray')
  const { page } = await rig.open({ path: `/f/${folder}` })
  const names = ['a.bin', 'b.bin']
  const files = names.map(name => randomFile(join(rig.directory, name), 64 * MiB))
  await drop(page, [...(await Promise.all(files)), await text('c.txt')])
  for (const name of names) {
    await press(page, `Pause ${name}`)
    await hasFocus(page, `Resume ${name}`)
  }
  await upload(page, 'c.txt').getByText('Verified').waitFor()
  await press(page, 'Cancel a.bin')
  await upload(page, 'a.bin').waitFor({ state: 'detached' })
  await hasFocus(page, 'Cancel b.bin')
  await press(page, 'Cancel b.bin')
  await hasFocus(page, 'Remove c.txt from this list')
  await press(page, 'Clear the list')
  await page.getByRole('region', { name: 'Uploads' }).waitFor({ state: 'detached' })
  await hasFocus(page, 'Tray')
})

test('all at once are paused and go on by one button, which keeps the focus', async () => {
  const { page } = await rig.open({ path: `/f/${await rig.makeFolder('Pause')}` })
  await drop(page, [await randomFile(join(rig.directory, 'paused.bin'), 64 * MiB)])
  await press(page, 'Pause all')
  await hasFocus(page, 'Resume all')
  await press(page, 'Cancel paused.bin')
  await upload(page, 'paused.bin').waitFor({ state: 'detached' })
})

test('after the question about a name the focus is where it was, or in the list', async () => {
  const folder = await rig.makeFolder('Question')
  const { page } = await rig.open({ path: `/f/${folder}` })
  const path = await text('taken.txt', 'old')
  await drop(page, [path])
  await row(page, 'taken.txt').waitFor()
  await text('taken.txt', 'new')
  const answer = async (button: string) => {
    await drop(page, [path])
    await page.getByRole('dialog').waitFor()
    await press(page, button)
    await page.locator('wherry-clash-dialog').waitFor({ state: 'detached' })
  }
  await page.getByRole('button', { name: 'Details', exact: true }).focus()
  await answer('Cancel these uploads')
  await hasFocus(page, 'Details')
  await page.getByRole('button', { name: 'Details', exact: true }).blur()
  await answer('Continue')
  await hasFocus(page, 'Question')
})

test('after an offer was declined the focus is on the next one, and then in the page', async () => {
  const bob = await rig.makeUser('Bob')
  const { page } = await rig.open({ as: bob })
  const file = await text('offered.txt')
  const { page: sender } = await rig.open({ path: '/send' })
  await dropToSend(sender, [file])
  for (const count of [1, 2]) {
    await sender.getByLabel('To a person on this hub').fill(bob.email)
    await sender.getByRole('button', { name: 'Offer', exact: true }).click()
    await expect.poll(() => page.locator('wherry-offers li').count()).toBe(count)
  }
  const decline = page.getByRole('button', { name: 'Decline' })
  await decline.first().press('Enter')
  await expect.poll(() => decline.count()).toBe(1)
  await hasFocus(page, 'Open')
  await decline.press('Enter')
  await expect.poll(() => decline.count()).toBe(0)
  await hasFocus(page, 'wherry-empty-folder')
})

/** What is drawn around what has the focus. */
const outline = (page: Page): Promise<string> =>
  page.evaluate(() => {
    let element = document.activeElement
    while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement
    return element ? getComputedStyle(element).outlineStyle : ''
  })

const isOnNothing = (page: Page) => page.evaluate(() => document.activeElement === document.body)

test('on the page of a receiver the focus goes on from what was pressed, unseen, and after a reload nowhere', async () => {
  const { page: sender } = await rig.open({ path: '/send' })
  await dropToSend(sender, [await text('reloaded.txt')])
  const { page } = await rig.open({ path: '/go', as: null, script: withoutPickers })
  await enterCode(page, await shownCode(sender))
  const question = page.getByRole('button', { name: 'Accept', exact: true })
  await question.waitFor()
  expect(await focused(page)).toContain('wants to send you 1 file')
  for (const reloaded of [page, sender]) {
    await reloaded.reload()
    await question.waitFor()
    await transferState(sender).getByText('Waiting for the other side to accept').waitFor()
    expect(await isOnNothing(page)).toBe(true)
    expect(await isOnNothing(sender)).toBe(true)
  }
  await question.press('Enter')
  await hasFocus(page, 'Everything arrived and is verified')
  expect(await outline(page)).toBe('none')
})

test('in the access dialog the focus stays at the level that is set, and in the dialog when a level is taken back', async () => {
  const folder = await rig.makeFolder('Given')
  const names = ['Dan', 'Eve']
  for (const name of names) await rig.share(folder, (await rig.makeUser(name)).id, 'read')
  const { page } = await rig.open({ path: `/f/${folder}` })
  const levels = async () =>
    (await rig.client.call('access.list', { entry: folder })).grants
      .filter(({ inherited }) => !inherited)
      .map(({ level }) => level)
  await press(page, 'Access')
  const sentence = await page.locator('wherry-access-dialog .sentence').elementHandle()
  const level = page.getByLabel('Level of Dan')
  await level.focus()
  for (const next of ['write', 'delete']) {
    await page.keyboard.press('ArrowDown')
    await expect.poll(levels).toContain(next)
    await hasFocus(page, 'Level of Dan')
    expect(await level.inputValue()).toBe(next)
  }
  await press(page, 'Take back the access of Dan')
  await level.waitFor({ state: 'detached' })
  await hasFocus(page, 'Access to “Given”')
  expect(await page.getByLabel('Level of Eve').inputValue()).toBe('read')
  expect(await sentence?.textContent()).toBe('You and Eve can see this.')
  expect(await sentence?.evaluate(element => element.isConnected)).toBe(true)
})

test('what is removed from the page of direct sends leaves the focus in its card, or on the page', async () => {
  const { page } = await rig.open({ path: '/send' })
  await dropToSend(page, [await text('ended.txt')])
  await page.locator('wherry-invitation').waitFor()
  await press(page, 'Cancel')
  await press(page, 'Remove from this list')
  await page.locator('wherry-receiver-card').waitFor({ state: 'detached' })
  await expect.poll(() => focused(page)).toContain('ended.txt')
  await press(page, 'End this send')
  await page.locator('wherry-send-card').waitFor({ state: 'detached' })
  await expect.poll(() => page.locator('main:focus').count()).toBe(1)
})

test('what is saved to the own space is told where its button was, with the focus', async () => {
  const sender = await rig.open({ path: '/send' })
  await dropToSend(sender.page, [await text('kept.txt')])
  const { page } = await rig.openTab(sender, '/go')
  await enterCode(page, await shownCode(sender.page))
  await press(page, 'Accept')
  await press(page, 'Save to my space')
  await hasFocus(page, 'Saved in your files')
  expect(await page.locator('wherry-received [role=status]:focus').count()).toBe(1)
})
