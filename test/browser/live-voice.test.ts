import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { heard, listening } from '../support/live-regions.ts'
import { signedInClient } from '../support/transfer-client.ts'
import { webRig } from '../support/web-rig.ts'
import { type Account, choose, drop, openFolder, row } from '../support/web-steps.ts'

const rig = webRig()
let grace: Account & { id: string }

beforeAll(async () => {
  grace = await rig.makeUser('Grace')
})

const sharedFolder = async (name: string): Promise<string> => {
  const folder = await rig.makeFolder(name)
  await rig.share(folder, grace.id, 'delete')
  return folder
}

/** Everything that is said until a sentence that fits. */
const heardUntil = async (page: Page, last: RegExp): Promise<string[]> => {
  const all: string[] = []
  await expect
    .poll(async () => all.push(...(await heard(page))) && all.some(text => last.test(text)), {
      timeout: 20_000,
    })
    .toBe(true)
  return all
}

test('of the many things that others do a few sentences are said, of one alone its name', async () => {
  const folder = await sharedFolder('Busy')
  const { client } = await signedInClient(rig.hub.url, grace)
  const make = async (name: string) =>
    (await client.call('folder.create', { folder, name, onClash: 'fail' })).entry.id
  const { page } = await rig.open({ path: `/f/${folder}`, script: listening })
  await page.getByText('This folder is empty').waitFor()
  await heard(page)

  const first = await make('First')
  expect(await heardUntil(page, /First/)).toEqual(['Grace added: First'])
  const ids: string[] = []
  for (let i = 0; i < 30; i++) ids.push(await make(`Folder ${i}`))
  await client.call('entry.rename', { entry: first, name: 'Renamed' })
  expect(await heardUntil(page, /changed/)).toEqual(['30 added, 1 changed'])
  await client.call('entry.delete', { entries: [first] })
  expect(await heardUntil(page, /removed/)).toEqual(['Renamed removed'])
  await client.call('entry.delete', { entries: ids.slice(0, 20) })
  await client.call('entry.delete', { entries: ids.slice(20) })
  expect(await heardUntil(page, /removed/)).toEqual(['30 removed'])
  client.close()
})

test('of what people do themselves only their messages and the tray speak, and of the way through folders nothing', async () => {
  const folder = await sharedFolder('Own')
  await rig.makeFolder('In it', await rig.makeFolder('Alpha', folder))
  const { page } = await rig.open({ path: `/f/${folder}`, script: listening })
  await row(page, 'Alpha').waitFor()
  await heard(page)
  await openFolder(page, 'Alpha')
  await row(page, 'In it').waitFor()
  await page.goBack()
  await row(page, 'Alpha').waitFor()
  expect((await heard(page)).filter(text => !/Loading…|1 selected/.test(text))).toEqual([])

  const paths = Array.from({ length: 30 }, (_, i) => join(rig.directory, `own ${i}.txt`))
  await Promise.all(paths.map(path => writeFile(path, path)))
  await drop(page, paths)
  const ofUploads = await heardUntil(page, /^30 uploaded$/)
  // On a slow machine it is said how far they are.
  expect(ofUploads.filter(text => !/ uploaded$|^Uploading \d+ of 30$/.test(text))).toEqual([])

  await choose(page, 'Alpha', 'Rename')
  await page.getByLabel('New name').fill('Beta')
  await page.keyboard.press('Enter')
  const toast = page.locator('wherry-toasts').getByText('Renamed to “Beta”.')
  await toast.waitFor()
  await page.getByRole('button', { name: 'Undo' }).click()
  await row(page, 'Alpha').waitFor()
  await choose(page, 'Alpha', 'Delete…')
  await page.getByRole('button', { name: 'Delete for ever' }).click()
  const ofActions = await heardUntil(page, /Alpha.* deleted/)
  // Longer than changes are gathered.
  await page.waitForTimeout(1_500)
  ofActions.push(...(await heard(page)))
  expect(ofActions.filter(text => !/1 selected/.test(text))).toEqual([
    expect.stringContaining('Renamed to “Beta”.'),
    'Undone.',
    expect.stringMatching(/Alpha.* deleted\./),
  ])
})

test('the state of the connection is said, and not each round trip', async () => {
  const { page } = await rig.open({ script: listening })
  const pill = page.locator('wherry-connection-pill')
  await pill.getByText(/Live · \d+ ms/).waitFor()
  expect((await heard(page)).filter(text => / ms$/.test(text))).toEqual([])
})
