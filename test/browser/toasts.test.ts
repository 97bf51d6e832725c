import type { Page } from 'playwright-core'
import { expect, onTestFinished, test } from 'vitest'
import { openPage } from '../support/browser.ts'
import { administrator } from '../support/hub-process.ts'
import { hubProxy } from '../support/hub-proxy.ts'
import { signedInClient } from '../support/transfer-client.ts'
import { webRig } from '../support/web-rig.ts'
import { choose, openFolder, row, signIn } from '../support/web-steps.ts'

const rig = webRig()

/** What assistive technology is given of the page, as `button Undo`. */
const exposed = async (page: Page): Promise<string[]> => {
  const session = await page.context().newCDPSession(page)
  const { nodes } = await session.send('Accessibility.getFullAXTree')
  await session.detach()
  return nodes.filter(({ ignored }) => !ignored).map(({ role, name }) => `${role?.value} ${name?.value}`)
}

const toast = (page: Page, button: string) =>
  page.locator('wherry-toasts').getByRole('button', { name: button })

const endSession = async (page: Page): Promise<void> => {
  await page.getByRole('button', { name: 'Account' }).click()
  await page.getByRole('menuitem', { name: 'Sessions' }).click()
  await page
    .getByRole('button', { name: /^End the session/ })
    .first()
    .press('Enter')
  await page.locator('wherry-toasts').getByText('The session was ended.').waitFor()
}

/** As any part of the page does. */
const say = (page: Page, text: string, action?: string): Promise<void> =>
  page.locator('wherry-app').evaluate(
    (app, [text, label]) => {
      const detail = { text, ...(label && { actions: [{ label, run: () => {} }] }) }
      app.dispatchEvent(new CustomEvent('wherry-toast', { detail }))
    },
    [text, action],
  )

test('toasts come into a region that was there before, and no Undo goes before its time for others', async () => {
  const { page } = await rig.open()
  expect(await exposed(page)).toContain('region Messages')
  const texts = () => page.locator('wherry-toasts li span').allTextContents()
  for (const text of ['One', 'Two', 'Three']) await say(page, text)
  await expect.poll(texts).toEqual(['One', 'Two', 'Three'])
  await say(page, 'Four')
  await expect.poll(texts).toEqual(['Two', 'Three', 'Four'])
  const undoable = ['Moved', 'Renamed', 'Moved back', 'Renamed back']
  for (const text of undoable) await say(page, text, 'Undo')
  await expect.poll(texts).toEqual(['Two', 'Three', 'Four', ...undoable])
  for (const text of ['Five', 'Six', 'Seven', 'Eight']) await say(page, text)
  await expect.poll(texts).toEqual([...undoable, 'Six', 'Seven', 'Eight'])
})

test('a copy that takes long is said to go on, until it is done', async () => {
  const folder = await rig.makeFolder('Slow')
  for (const name of ['Large', 'Target']) await rig.makeFolder(name, folder)
  const arrives = Promise.withResolvers<void>()
  const proxy = await hubProxy(rig.hub.url, {
    async pass(frame, to) {
      if (to === 'hub' && typeof frame === 'string' && frame.includes('"entry.copy"')) await arrives.promise
      return [frame]
    },
  })
  onTestFinished(proxy.close)
  const { page, context, problems } = await openPage(rig.browser, proxy.url)
  onTestFinished(() => context.close())
  await page.goto(`${proxy.url}/f/${folder}`)
  await signIn(page, administrator)
  await row(page, 'Large').click()
  await page.keyboard.press('Control+C')
  await openFolder(page, 'Target')
  await page.keyboard.press('Control+V')
  const texts = () => page.locator('wherry-toasts li span').allTextContents()
  const copying = 'Copying “Large” to “Target”…'
  await expect.poll(texts).toEqual([copying])
  // Longer than a toast stays by itself.
  await page.waitForTimeout(6_500)
  expect(await texts()).toEqual([copying])
  arrives.resolve()
  await expect.poll(texts).toEqual(['“Large” copied to “Target”.'])
  expect(problems).toEqual([])
})

test('what a toast offers is done while a dialog is open, which stays as it is', async () => {
  const folder = await rig.makeFolder('Under a dialog')
  for (const name of ['Target', 'Wanderer']) await rig.makeFolder(name, folder)
  const { page } = await rig.open({ path: `/f/${folder}` })
  await choose(page, 'Wanderer', 'Move to…')
  await page.getByRole('button', { name: 'Target', exact: true }).click()
  await page.getByRole('button', { name: 'Move here' }).click()
  await toast(page, 'Undo').waitFor()
  await page.keyboard.press('Alt+N')
  const name = page.locator('wherry-new-folder-dialog input')
  await name.fill('A draft')
  expect(await exposed(page)).toContain('button Undo')
  await toast(page, 'Undo').click()
  await row(page, 'Wanderer').waitFor()
  expect(await name.inputValue()).toBe('A draft')

  // With the dialog they do not go.
  await page.keyboard.press('Escape')
  await name.waitFor({ state: 'detached' })
  await choose(page, 'Wanderer', 'Copy address')
  await page.getByText('The address was copied').waitFor()
})

test('what a dialog says is told while it is open, and dismissing it leaves the dialog and the focus in it', async () => {
  await rig.open()
  const { page } = await rig.open()
  await endSession(page)
  expect(await exposed(page)).toContain('StaticText The session was ended.')
  await toast(page, 'Dismiss').press('Enter')
  await toast(page, 'Dismiss').waitFor({ state: 'detached' })
  expect(await page.locator('wherry-sessions-dialog h2:focus').count()).toBe(1)
  await page.keyboard.press('Escape')
  await page.locator('wherry-sessions-dialog').waitFor({ state: 'detached' })
})

/** Notes each sentence that comes into the region for screen readers. */
const listen = (page: Page): Promise<void> =>
  page.locator('wherry-toasts').evaluate(({ shadowRoot }) => {
    const heard: string[] = []
    Object.assign(window, { heard })
    const region = shadowRoot?.querySelector('.for-readers')
    const observer = new MutationObserver(records => {
      for (const { type, target, addedNodes } of records)
        for (const node of type === 'characterData' ? [target] : addedNodes)
          if (node.textContent) heard.push(node.textContent)
    })
    if (region) observer.observe(region, { childList: true, characterData: true, subtree: true })
  })

const heard = (page: Page): Promise<string[]> =>
  page.evaluate(() => (window as unknown as { heard: string[] }).heard)

test('the same sentence is told each time, and of what others remove the name', async () => {
  const folder = await rig.makeFolder('Told')
  const [alpha, beta] = [await rig.makeFolder('Alpha', folder), await rig.makeFolder('Beta', folder)]
  await rig.makeFolder('Gamma', folder)
  const { page } = await rig.open({ path: `/f/${folder}` })
  await row(page, 'Gamma').click()
  await listen(page)
  const cut = 'Cut. Paste to move.'
  await page.keyboard.press('Control+x')
  await expect.poll(() => heard(page)).toEqual([cut])
  await page.keyboard.press('Control+x')
  await expect.poll(() => heard(page)).toEqual([cut, cut])
  const grace = await rig.makeUser('Grace')
  await rig.share(folder, grace.id, 'delete')
  const { client } = await signedInClient(rig.hub.url, grace)
  const removed: string[] = []
  for (const [name, id] of Object.entries({ Alpha: alpha, Beta: beta })) {
    await client.call('entry.delete', { entries: [id] })
    removed.push(`${name} removed`)
    await expect.poll(() => heard(page)).toEqual([cut, cut, ...removed])
  }
  client.close()
})

test('what is wrong in a form is told at each try, and beside its field', async () => {
  const { email } = await rig.makeUser('Taken')
  const { page } = await rig.open({ path: '/users' })
  const tryTwice = async (button: string, field: string, words: RegExp) => {
    const alert = page.getByRole('alert')
    await page.getByRole('button', { name: button, exact: true }).click()
    await alert.getByText(words).waitFor()
    const before = await alert.elementHandle()
    await page.getByRole('button', { name: button, exact: true }).click()
    await expect.poll(() => before?.evaluate(element => element.isConnected)).toBe(false)
    await alert.getByText(words).waitFor()
    const input = page.getByLabel(field, { exact: true })
    expect(await input.getAttribute('aria-invalid')).toBe('true')
    const described = await input.evaluate(({ ariaDescribedByElements: all }) => all?.[0]?.textContent)
    expect(described).toMatch(words)
    await page.keyboard.press('Escape')
  }
  await page.getByRole('button', { name: 'New user' }).click()
  await page.getByLabel('Name').fill('Taken')
  await page.getByLabel('E-mail').fill(email)
  await page.locator('wherry-new-user-dialog').getByLabel('Password').fill('a long password')
  await tryTwice('Create user', 'E-mail', /e-mail|already|taken/i)
  await page.getByRole('button', { name: 'Account' }).click()
  await page.getByRole('menuitem', { name: 'Change password' }).click()
  await page.getByLabel('Present password').fill('not the password')
  await page.getByLabel('New password').fill('another long password')
  await tryTwice('Change password', 'Present password', /password/i)
})

test('each page has its title, and is told when it comes', async () => {
  const { page } = await rig.open()
  await page.getByRole('heading', { name: 'Files', level: 1 }).waitFor()
  await listen(page)
  const places = ['Shared with me', 'Send directly', 'Users', 'Files']
  for (const [i, name] of places.entries()) {
    await page.getByRole('link', { name, exact: true }).first().press('Enter')
    await expect.poll(() => page.title()).toBe(`${name} · Wherry`)
    await expect.poll(() => heard(page)).toEqual(places.slice(0, i + 1))
  }
})
