import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { commandLine } from '../support/command-line.ts'
import { accept, dropToSend, enterCode, shownCode } from '../support/direct-send.ts'
import { beginSend, outcomeOf } from '../support/direct-sends.ts'
import { randomFile } from '../support/files.ts'
import { administrator } from '../support/hub-process.ts'
import { webRig } from '../support/web-rig.ts'
import { withoutPickers } from '../support/web-steps.ts'

const MiB = 2 ** 20
const run = promisify(execFile)
const rig = webRig()

/** Names that a file system takes and a careless program does not. */
const odd = [
  '-rf',
  '$(id)',
  'it\'s "so"',
  '%2e%2e',
  'CON',
  '.hidden',
  ' blank ',
  'nfc é.txt',
  'nfd e\u0301.txt',
  'ünï 👩‍👩‍👧 עברית.txt',
  '<img src=x onerror=alert(1)>.html',
  `${'a'.repeat(200)}.txt`,
]

const files = 2 + odd.length

/** A folder with a file of 60 MB and a folder of odd names, an empty file and an empty folder. */
const makeSource = async (source: string): Promise<string[]> => {
  const folder = join(source, 'odd names')
  await mkdir(join(folder, 'deep'), { recursive: true })
  await mkdir(join(folder, 'nothing in it'))
  await writeFile(join(folder, 'empty'), '')
  for (const name of odd) await writeFile(join(folder, 'deep', name), `this is ${name}`)
  return [await randomFile(join(source, 'big one.bin'), 60 * MiB + 4321), folder]
}

/** What is below a folder, by its path: the SHA-256 of each file, null for a folder. */
const treeOf = async (folder: string): Promise<Record<string, string | null>> => {
  const digest = async (path: string) =>
    (await stat(path)).isDirectory()
      ? null
      : createHash('sha256')
          .update(await readFile(path))
          .digest('hex')
  const paths = await readdir(folder, { recursive: true })
  return Object.fromEntries(
    await Promise.all(paths.map(async path => [path, await digest(join(folder, path))] as const)),
  )
}

describe.each([
  ['straight', '', 'direct'],
  ['by the relay alone', '?relay', 'relay'],
])('60 MB and a folder of odd names, %s', (_, query, path) => {
  const outcome = { files, path: path === 'relay' ? 'relayed' : 'direct' }

  test('go from a page to a command line, byte for byte', async () => {
    const work = join(rig.directory, `to-line-${path}`)
    const source = join(work, 'source')
    const target = join(work, 'target')
    const dropped = await makeSource(source)
    await mkdir(target)
    const { page } = await rig.open({ path: `/send${query}` })
    await dropToSend(page, dropped)
    const bob = commandLine(join(work, 'bob'))
    const args = ['receive', target, '--hub', rig.hub.url, '--yes', '--json', '--path', path]
    const received = await bob.run(args, await shownCode(page))
    expect(outcomeOf(received)).toMatchObject(outcome)
    await page.getByText('Delivered and verified').waitFor()
    expect(await treeOf(target)).toEqual(await treeOf(source))
  })

  test('go from a command line to a page, byte for byte', async () => {
    const work = join(rig.directory, `to-page-${path}`)
    const source = join(work, 'source')
    const target = join(work, 'target')
    const named = await makeSource(source)
    const ada = commandLine(join(work, 'ada'))
    const { email, password } = administrator
    await ada.json(['login', rig.hub.url, '--email', email, '--password-stdin'], password)
    const { code, result } = await beginSend(ada, [...named, '--path', path])
    const { page } = await rig.open({ path: `/go${query}`, as: null, script: withoutPickers })
    await enterCode(page, code ?? '')
    await accept(page)
    await page.getByText('Everything arrived and is verified').waitFor()
    expect(outcomeOf(await result)).toMatchObject(outcome)
    const started = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Save all as a zip' }).click()
    await run('python3', ['-m', 'zipfile', '-e', await (await started).path(), target])
    expect(await treeOf(target)).toEqual(await treeOf(source))
  })
})
