import { expect, test } from 'vitest'
import { putFile } from '../support/put-file.ts'
import { webRig } from '../support/web-rig.ts'
import { choose, row } from '../support/web-steps.ts'

const rig = webRig()

const putFiles = async (folder: string, sizes: readonly number[]): Promise<void> => {
  for (const [i, size] of sizes.entries())
    await putFile(rig.client, folder, `${i}.bin`, new Uint8Array(size).fill(i))
}

/** A folder with `Photos` (3 files of 6,000 bytes and a folder in it), `Empty` and a file of 500 bytes. */
const makeFolders = async (name: string) => {
  const folder = await rig.makeFolder(name)
  const photos = await rig.makeFolder('Photos', folder)
  const summer = await rig.makeFolder('Summer', photos)
  await rig.makeFolder('Empty', folder)
  await putFiles(photos, [1_000, 2_000])
  await putFiles(summer, [3_000])
  await putFiles(folder, [500])
  return folder
}

test('details tell what is in the folders that are selected', async () => {
  const folder = await makeFolders('With contents')
  const { page } = await rig.open({ path: `/f/${folder}`, viewport: { width: 1280, height: 800 } })
  const details = page.locator('wherry-details-pane')
  const contents = () => details.locator('dd').allTextContents()
  await row(page, 'Photos').click()
  await expect.poll(contents).toContain('6 kB3 files, 1 folder')
  await row(page, 'Empty').click()
  await expect.poll(contents).toContain('0 bytes0 files')
  await page.keyboard.press('Control+A')
  await expect.poll(contents).toContain('6 kB3 files, 1 folder')
  expect(await contents()).toContain('1 · 500 bytes')
  await row(page, '0.bin').click()
  await expect.poll(contents).toContain('500 bytes')
  expect(await details.getByText('Contents', { exact: true }).count()).toBe(0)
})

test('details tell at once who may see what is selected', async () => {
  const folder = await rig.makeFolder('With access')
  await rig.makeFolder('Plans', folder)
  const eve = await rig.makeUser('Eve')
  const { page } = await rig.open({ path: `/f/${folder}`, viewport: { width: 1280, height: 800 } })
  const details = page.locator('wherry-details-pane')
  await row(page, 'Plans').click()
  await details.getByText('Nobody else was given access to this.').waitFor()
  await details.getByRole('button', { name: 'Change access' }).click()
  await page.getByLabel('E-mail').fill(eve.email)
  await page.getByRole('button', { name: 'Give access' }).click()
  await details.getByText('You and Eve can see this.').waitFor()
  await page.getByRole('button', { name: 'Take back the access of Eve' }).click()
  await details.getByText('Nobody else was given access to this.').waitFor()
})

test('who deletes a folder is told how much is in it', async () => {
  const folder = await makeFolders('To go')
  const { page } = await rig.open({ path: `/f/${folder}` })
  await choose(page, 'Photos', 'Delete…')
  await page.getByText('In all 3 files, 2 folders, 6 kB.').waitFor()
  const cancel = page.getByRole('button', { name: 'Cancel' })
  expect(await cancel.evaluate(({ ariaDescribedByElements: all }) => all?.[1]?.textContent)).toContain(
    '3 files',
  )
  await cancel.click()
  await row(page, 'Photos').click()
  await page.keyboard.press('Control+A')
  await page.keyboard.press('Delete')
  await page.getByText('In all 4 files, 3 folders, 7 kB.').waitFor()
})
