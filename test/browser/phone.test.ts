import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { webRig } from '../support/web-rig.ts'
import { drop, endOf, row } from '../support/web-steps.ts'

const rig = webRig()
const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }

/** Uploads small files into a folder, from a page that is none of a phone. */
const withFiles = async (name: string, names: readonly string[]): Promise<string> => {
  const folder = await rig.makeFolder(name)
  const { page } = await rig.open({ path: `/f/${folder}` })
  const paths = names.map(one => join(rig.directory, one))
  for (const path of paths) await writeFile(path, `what is in ${path}\n`)
  await drop(page, paths)
  await expect.poll(async () => (await rig.list(folder)).length).toBe(names.length)
  return folder
}

const thirtyFour = Array.from({ length: 34 }, (_, i) => `file ${String(i + 1).padStart(2, '0')}.txt`)

test('the address of a file further down brings it wholly into view', async () => {
  const folder = await withFiles('Thirty-four', thirtyFour)
  const entry = (await rig.list(folder)).find(({ name }) => name === 'file 24.txt')
  const { page } = await rig.open({ ...phone, path: `/f/${entry?.id}` })
  const shown = row(page, 'file 24.txt')
  await shown.waitFor()
  await expect.poll(() => shown.getAttribute('aria-selected')).toBe('true')
  const list = page.locator('wherry-entry-list')
  await expect.poll(async () => (await endOf(shown)) <= (await endOf(list))).toBe(true)
  expect((await shown.boundingBox())?.y).toBeGreaterThan((await list.boundingBox())?.y ?? 0)
})
