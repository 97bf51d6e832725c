import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openPage, startBrowser } from '../support/browser.ts'
import { type HubProcess, hubProcess } from '../support/hub-process.ts'

let hub: HubProcess
let browser: Browser

beforeAll(async () => {
  hub = await hubProcess()
  await hub.start()
  browser = await startBrowser()
})
afterAll(async () => {
  await browser?.close()
  await hub?.remove()
})

const setupLink = (): string => {
  const [link] = /http\S+\/setup#\S+/.exec(hub.output()) ?? []
  if (!link) throw new Error(`no setup link in:\n${hub.output()}`)
  return link
}

test('the printed link makes the first administrator, once', async () => {
  const { page, context, problems } = await openPage(browser, hub.url)
  await page.goto(setupLink())
  await page.getByRole('heading', { name: 'Welcome to Wherry' }).waitFor()
  await page.getByLabel('Name').fill('Ada Lovelace')
  await page.getByLabel('E-mail').fill('ada@example.org')
  await page.getByLabel('Password').fill('correct horse battery')
  await page.getByRole('button', { name: 'Create administrator' }).click()
  await page.getByText('This folder is empty').waitFor()
  expect(new URL(page.url()).pathname).toMatch(/^\/f\//)
  expect(new URL(page.url()).hash).toBe('')
  await page.getByRole('link', { name: 'Users' }).first().waitFor()

  const other = await openPage(browser, hub.url)
  await other.page.goto(setupLink())
  await other.page.getByRole('heading', { name: 'Sign in to Wherry' }).waitFor()
  expect(new URL(other.page.url()).pathname).toBe('/sign-in')

  await context.close()
  await other.context.close()
  expect([...problems, ...other.problems]).toEqual([])
})
