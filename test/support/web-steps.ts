import type { Locator, Page } from 'playwright-core'
import { dropFiles } from './drop-files.ts'

/** What people do in the web client, by what they see: names, labels, roles. */

export type Account = { email: string; password: string }

export const signIn = async (page: Page, { email, password }: Account): Promise<void> => {
  await page.getByLabel('E-mail').fill(email)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('button', { name: 'Account' }).waitFor()
}

const escaped = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')

/** The row of an entry in the list, by its whole name. */
export const row = (page: Page, name: string): Locator =>
  page.locator('wherry-entry-list .row:not(.ghost)', {
    has: page.locator(`[role="gridcell"][title="${escaped(name)}"]`),
  })

/** The row of a file that somebody else uploads. */
export const ghost = (page: Page, name: string): Locator =>
  page.locator('wherry-entry-list .row.ghost', { hasText: name })

/** The row of an upload in the tray. */
export const upload = (page: Page, name: string): Locator =>
  page.locator('wherry-upload-row', { hasText: name })

/** How far down something reaches in the window. */
export const endOf = async (place: Locator): Promise<number> => {
  const { y, height } = (await place.boundingBox()) ?? { y: Number.NaN, height: 0 }
  return y + height
}

/** The names in the list as it is on the screen. */
export const shownNames = (page: Page): Promise<string[]> =>
  page.locator('wherry-entry-list .row:not(.ghost) .title').allTextContents()

/** Drops files and folders of this machine on the page, as a file manager would. */
export const drop = async (page: Page, paths: readonly string[]): Promise<void> => {
  // The drop zone comes after the page, and knows its folder later still.
  await page.locator('wherry-drop-zone[folder]').waitFor({ state: 'attached' })
  const { width, height } = page.viewportSize() ?? { width: 800, height: 600 }
  await dropFiles(page, paths, { x: width / 2, y: height / 2 })
}

/** Opens a folder of the list. */
export const openFolder = async (page: Page, name: string): Promise<void> => {
  await row(page, name).locator('.title').dblclick()
  await page.locator('wherry-breadcrumbs').getByText(name, { exact: true }).waitFor()
}

/** Chooses an entry's command from its context menu. */
export const choose = async (page: Page, name: string, command: string): Promise<void> => {
  await row(page, name).click({ button: 'right' })
  await page.getByRole('menuitem', { name: command }).click()
}

/** For a page without the pickers of File System Access, which no test tool can answer: as in Firefox and Safari. */
export const withoutPickers = (): void => {
  for (const name of ['showOpenFilePicker', 'showSaveFilePicker', 'showDirectoryPicker'])
    Reflect.deleteProperty(window, name)
}
