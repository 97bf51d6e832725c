import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { administrator } from '../support/hub-process.ts'
import { webRig } from '../support/web-rig.ts'
import { drop, row, signIn, withoutPickers } from '../support/web-steps.ts'

const rig = webRig()

/** A folder with a file that is selected, on a page that gets everything but these parts. */
const openWithout = async (parts: RegExp, name: string, answer: 'abort' | 404 = 'abort') => {
  const folder = await rig.makeFolder(name)
  const opened = await rig.open({ as: null })
  const { page } = opened
  await page.route(parts, route => (answer === 'abort' ? route.abort() : route.fulfill({ status: answer })))
  await page.goto(`${rig.hub.url}/f/${folder}`)
  await signIn(page, administrator)
  const path = join(rig.directory, 'one.txt')
  await writeFile(path, 'one')
  await drop(page, [path])
  await row(page, 'one.txt').click()
  return opened
}

const isTold = async (page: Page, words: string) => {
  const toast = page.locator('wherry-toasts li').filter({ hasText: words })
  await toast.waitFor()
  await toast.getByRole('button', { name: 'Dismiss' }).click()
  await toast.waitFor({ state: 'detached' })
}

type Way = { part: RegExp; ask(page: Page): Promise<void>; comes(page: Page): Promise<void> }

const dialog: Way = {
  part: /\/delete-dialog-[^/]*\.js$/,
  ask: page => page.keyboard.press('Delete'),
  comes: page => page.getByText('Delete “one.txt”?').waitFor(),
}

const ways: Record<string, Way> = {
  'a dialog': dialog,
  'a menu of a file': {
    part: /\/menu-items-[^/]*\.js$/,
    ask: page => row(page, 'one.txt').click({ button: 'right' }),
    comes: page => page.getByRole('menuitem', { name: 'Make a copy' }).waitFor(),
  },
  'the menu of the account': {
    part: /\/account-items-[^/]*\.js$/,
    ask: page => page.getByRole('button', { name: 'Account' }).click(),
    comes: page => page.getByRole('menuitem', { name: 'Change password' }).waitFor(),
  },
  'a dialog of the account': {
    part: /\/password-dialog-[^/]*\.js$/,
    ask: async page => {
      await page.getByRole('button', { name: 'Account' }).click()
      await page.getByRole('menuitem', { name: 'Change password' }).click()
    },
    comes: page => page.getByLabel('Present password').waitFor(),
  },
  'a preview': {
    part: /\/preview-frame-[^/]*\.js$/,
    ask: page => row(page, 'one.txt').locator('.title').dblclick(),
    comes: page => page.getByRole('dialog', { name: 'one.txt' }).waitFor(),
  },
  'an action': {
    part: /\/actions-[^/]*\.js$/,
    ask: async page => {
      await page.keyboard.press('Control+c')
      await page.keyboard.press('Control+v')
    },
    comes: page => row(page, 'one (2).txt').waitFor(),
  },
  'a page': {
    part: /\/users-page-[^/]*\.js$/,
    ask: page => page.getByRole('link', { name: 'Users' }).click(),
    comes: page => page.getByRole('button', { name: 'New user' }).waitFor(),
  },
}

for (const [name, { part, ask, comes }] of Object.entries(ways))
  test(`${name} that does not come without a connection is told of, and comes when it is asked for again`, async () => {
    const { page } = await openWithout(part, `Without ${name}`)
    await page.route(`${rig.hub.url}/`, route => route.abort())
    await ask(page)
    await isTold(page, 'This could not be loaded. Try again when the connection is back.')
    await page.unrouteAll()
    await ask(page)
    await comes(page)
  })

test('the choice of files to upload is told of too, and comes when it is asked for again', async () => {
  const { page } = await rig.open({ as: null })
  await page.addInitScript(withoutPickers)
  await page.route(/\/uploads-frame-[^/]*\.js$/, route => route.abort())
  await page.goto(`${rig.hub.url}/f/${await rig.makeFolder('Without uploads')}`)
  await signIn(page, administrator)
  const ask = async () => {
    await page.getByRole('button', { name: 'New', exact: true }).click()
    await page.getByRole('menuitem', { name: 'Upload files' }).click()
  }
  await page.route(`${rig.hub.url}/`, route => route.abort())
  await ask()
  await isTold(page, 'This could not be loaded. Try again when the connection is back.')
  await page.unrouteAll()
  await Promise.all([page.waitForEvent('filechooser'), ask()])
})

test('what uploads comes late after a connection that failed once, and has all that was dropped by then', async () => {
  const folder = await rig.makeFolder('Late')
  const { page } = await rig.open({ as: null })
  let refused = 0
  await page
    .context()
    .route(/\/assets\/worker-/, route => (refused++ === 0 ? route.abort() : route.continue()))
  await page.goto(`${rig.hub.url}/f/${folder}`)
  await signIn(page, administrator)
  await expect.poll(() => refused).toBe(1)
  const path = join(rig.directory, 'late.txt')
  await writeFile(path, 'late')
  await drop(page, [path])
  await row(page, 'late.txt').waitFor()
})

test('what uploads and never comes is told of', async () => {
  const { page } = await rig.open({ as: null })
  await page.context().route(/\/assets\/worker-/, route => route.abort())
  await page.goto(rig.hub.url)
  await signIn(page, administrator)
  await page.getByText('The hub may have been updated: reload the page.').waitFor()
})

test('a page whose parts the hub does not have any more offers to be loaded again', async () => {
  const { page, problems } = await openWithout(dialog.part, 'Updated', 404)
  await dialog.ask(page)
  await page.getByText('The hub may have been updated: reload the page.').waitFor()
  expect(problems.splice(0).every(problem => problem.includes('404'))).toBe(true)
  await page.unrouteAll()
  await Promise.all([page.waitForEvent('load'), page.getByRole('button', { name: 'Reload' }).click()])
  await row(page, 'one.txt').click()
  await dialog.ask(page)
  await dialog.comes(page)
})
