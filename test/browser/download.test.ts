import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { randomFile, sha256OfFile } from '../support/files.ts'
import { webRig } from '../support/web-rig.ts'
import { choose, drop, row, withoutPickers } from '../support/web-steps.ts'

const MiB = 2 ** 20
const rig = webRig()
const run = promisify(execFile)

test('a file is downloaded by a signed address where the browser cannot write files', async () => {
  const file = await randomFile(join(rig.directory, 'übung “1”.bin'), 12 * MiB)
  const { page } = await rig.open({ path: `/f/${await rig.makeFolder('Signed')}`, script: withoutPickers })
  await drop(page, [file])
  await row(page, 'übung “1”.bin').waitFor()
  const started = page.waitForEvent('download')
  await choose(page, 'übung “1”.bin', 'Download')
  const download = await started
  expect(download.suggestedFilename()).toBe('übung “1”.bin')
  expect(await sha256OfFile(await download.path())).toBe(await sha256OfFile(file))
})

test('a folder is downloaded as a zip with all that is in it', async () => {
  const folder = join(rig.directory, 'Zipped')
  const names = ['a.txt', 'Ωmega/ b .txt', 'Ωmega/deeper/🛶.bin']
  await mkdir(join(folder, 'Ωmega', 'deeper'), { recursive: true })
  for (const name of names) await writeFile(join(folder, name), `content of ${name}`)
  const { page } = await rig.open()
  await drop(page, [folder])
  await page.getByRole('heading', { name: '3 uploaded' }).waitFor()
  const started = page.waitForEvent('download')
  await choose(page, 'Zipped', 'Download')
  const download = await started
  expect(download.suggestedFilename()).toBe('Zipped.zip')
  const zip = join(rig.directory, 'out.zip')
  await download.saveAs(zip)
  const read = `
import sys, zipfile, json
with zipfile.ZipFile(sys.argv[1]) as z:
    assert z.testzip() is None
    print(json.dumps({i.filename: z.read(i).decode() for i in z.infolist() if not i.is_dir()}))`
  const { stdout } = await run('python3', ['-c', read, zip])
  expect(JSON.parse(stdout)).toEqual(
    Object.fromEntries(names.map(name => [`Zipped/${name}`, `content of ${name}`])),
  )
})

test('a file is downloaded into a file that the person chose, verified', async () => {
  const file = await randomFile(join(rig.directory, 'saved.bin'), 12 * MiB)
  // A real handle of the browser; only the question where to save it is not asked.
  const script = () => {
    Object.assign(window, {
      showSaveFilePicker: async ({ suggestedName }: { suggestedName: string }) =>
        (await navigator.storage.getDirectory()).getFileHandle(suggestedName, { create: true }),
    })
  }
  const { page } = await rig.open({ path: `/f/${await rig.makeFolder('Saved')}`, script })
  const tray = page.getByRole('region', { name: 'Uploads' })
  await drop(page, [file])
  await row(page, 'saved.bin').waitFor()
  await page.getByRole('button', { name: 'Clear the list' }).click()
  await tray.waitFor({ state: 'detached' })
  await choose(page, 'saved.bin', 'Download')
  await page.locator('wherry-save-row').getByText('Downloaded · verified').waitFor()
  await page.getByRole('heading', { name: '1 downloaded', exact: true }).waitFor()
  expect(await tray.locator('.figures p').textContent()).toMatch(/^12(\.\d)?\sM(i)?B of 12/)
  const saved = await page.evaluate(async () => {
    const folder = await navigator.storage.getDirectory()
    const bytes = await (await (await folder.getFileHandle('saved.bin')).getFile()).arrayBuffer()
    const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
    return Array.from(hash, byte => byte.toString(16).padStart(2, '0')).join('')
  })
  expect(saved).toBe(await sha256OfFile(file))
})
