import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { commandLine } from '../support/command-line.ts'
import { dropToSend, shownCode } from '../support/direct-send.ts'
import { outcomeOf } from '../support/direct-sends.ts'
import { randomFile } from '../support/files.ts'
import { webRig } from '../support/web-rig.ts'

const MiB = 2 ** 20
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

/** What is below a folder, by its path: the SHA-256 of each file, null for a folder. */
const treeOf = async (folder: string): Promise<Record<string, string | null>> => {
  const paths = (await readdir(folder, { recursive: true })).sort()
  const digest = async (path: string) =>
    (await stat(path)).isDirectory()
      ? null
      : createHash('sha256')
          .update(await readFile(path))
          .digest('hex')
  return Object.fromEntries(
    await Promise.all(paths.map(async path => [path, await digest(join(folder, path))] as const)),
  )
}

test.for([
  ['straight', '', 'direct'],
  ['by the relay alone', '?relay', 'relay'],
] as const)(
  'a page sends 60 MB and a folder of odd names to a command line, %s, byte for byte',
  async ([, query, path]) => {
    const work = join(rig.directory, path)
    const source = join(work, 'source')
    const target = join(work, 'target')
    await mkdir(join(source, 'odd names', 'deep'), { recursive: true })
    await mkdir(join(source, 'odd names', 'nothing in it'))
    await mkdir(target)
    await randomFile(join(source, 'big one.bin'), 60 * MiB + 4321)
    await writeFile(join(source, 'odd names', 'empty'), '')
    for (const name of odd) await writeFile(join(source, 'odd names', 'deep', name), `this is ${name}`)

    const { page } = await rig.open({ path: `/send${query}` })
    await dropToSend(page, [join(source, 'big one.bin'), join(source, 'odd names')])
    const bob = commandLine(join(work, 'bob'))
    const args = ['receive', target, '--hub', rig.hub.url, '--yes', '--json', '--path', path]
    const received = outcomeOf(await bob.run(args, await shownCode(page)))
  await page.getByText('Delivered and verified').waitFor()
    expect(received).toMatchObject({ files: 2 + odd.length, path: path === 'relay' ? 'relayed' : 'direct' })
    expect(await treeOf(target)).toEqual(await treeOf(source))
  },
)
