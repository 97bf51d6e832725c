import { randomBytes } from 'node:crypto'
import { link, mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { partName } from '../../client/node/file-sink.ts'
import { type CommandLine, commandLine } from '../support/command-line.ts'
import { administrator, type HubProcess, hubProcess } from '../support/hub-process.ts'

const MiB = 2 ** 20

let hub: HubProcess
let home: string
let wherry: CommandLine

beforeAll(async () => {
  hub = await hubProcess({
    WHERRY_ADMIN_EMAIL: administrator.email,
    WHERRY_ADMIN_PASSWORD: administrator.password,
  })
  await hub.start()
  home = await mkdtemp(join(tmpdir(), 'wherry-get-'))
  wherry = commandLine(home)
  await wherry.json(
    ['login', hub.url, '--email', administrator.email, '--password-stdin'],
    administrator.password,
  )
})

afterAll(async () => {
  await hub.remove()
  await rm(home, { recursive: true, force: true })
})

/** Files on the hub with a date of whole seconds, in a folder of that name. */
const putFiles = async (folder: string, files: Record<string, Buffer>): Promise<void> => {
  await mkdir(join(home, folder))
  for (const [name, bytes] of Object.entries(files)) {
    await writeFile(join(home, folder, name), bytes)
    await utimes(join(home, folder, name), 1_700_000_000, 1_700_000_000)
  }
  await wherry.json(['put', join(home, folder), 'me:'])
}

describe('what is here already', () => {
  test('is compared with --check, and replaced with --force where it is not what the hub has', async () => {
    const files = { large: randomBytes(3 * MiB), small: randomBytes(1000), good: randomBytes(1000) }
    await putFiles('rotten', files)
    const here = (name: string) => join(home, 'rotten here/rotten', name)
    await mkdir(join(home, 'rotten here'))
    const get = ['get', 'me:rotten', join(home, 'rotten here')]
    await wherry.json(get)
    for (const name of ['large', 'small'] as const) {
      const bytes = Buffer.from(files[name])
      bytes.write('XXXX', 500)
      await writeFile(here(name), bytes)
      await utimes(here(name), 1_700_000_000, 1_700_000_000)
    }
    expect(await wherry.json(get)).toMatchObject({ receivedBytes: 0, failed: 0 })
    for (const name of ['large', 'small']) {
      const { code, stderr } = await wherry.run(['get', `me:rotten/${name}`, here(name), '--check'])
      expect(stderr).toContain(`${name}: there is another file of that name here; --force replaces it`)
      expect(code).toBe(1)
      expect((await readFile(here(name))).toString('latin1', 500, 504)).toBe('XXXX')
      await wherry.json(['get', `me:rotten/${name}`, here(name), '--force'])
    }
    for (const [name, bytes] of Object.entries(files))
      expect(bytes.equals(await readFile(here(name))), name).toBe(true)
    const again = await wherry.json(['get', 'me:rotten/large', here('large'), '--check'])
    expect(again).toMatchObject({ receivedBytes: 0, reusedBytes: 3 * MiB })
  })

  test('loses the second name that a killed run left it', async () => {
    await putFiles('twice', { large: randomBytes(MiB) })
    const place = join(home, 'here twice')
    await mkdir(place)
    const get = ['get', 'me:twice/large', place]
    await wherry.json(get)
    const [entry] = (await wherry.json(['ls', 'me:twice'])) as { id: string }[]
    await link(join(place, 'large'), partName(join(place, 'large'), entry?.id ?? ''))
    expect(await wherry.json(get)).toMatchObject({ receivedBytes: 0, failed: 0 })
    expect(await readdir(place)).toEqual(['large'])
  })

  test('is recognised by its content where the date is another, and gets the date with --force', async () => {
    const files = { large: randomBytes(MiB), small: randomBytes(1000), empty: Buffer.of() }
    await putFiles('dated', files)
    const get = (name: string) => ['get', `me:dated/${name}`, join(home, `dated ${name}`)]
    for (const [name, bytes] of Object.entries(files)) {
      await writeFile(join(home, `dated ${name}`), bytes)
      await utimes(join(home, `dated ${name}`), 1_600_000_000, 1_600_000_000)
      const { ino } = await stat(join(home, `dated ${name}`))
      const same = { receivedBytes: 0, reusedBytes: bytes.length, failed: 0 }
      expect(await wherry.json(get(name))).toMatchObject(same)
      expect((await stat(join(home, `dated ${name}`))).mtimeMs).toBe(1_600_000_000_000)
      expect(await wherry.json([...get(name), '--force'])).toMatchObject(same)
      expect(await stat(join(home, `dated ${name}`))).toMatchObject({ ino, mtimeMs: 1_700_000_000_000 })
    }
    await writeFile(join(home, 'dated small'), randomBytes(1000))
    const { code, stderr } = await wherry.run(get('small'))
    expect(stderr).toContain('there is another file of that name here; --force replaces it')
    expect(code).toBe(1)
  })
})

test('a file that has the name of a folder is told, and all the rest comes down', async () => {
  const tree = join(home, 'obstacle')
  for (const folder of ['a', 'b/below', 'c']) {
    await mkdir(join(tree, folder), { recursive: true })
    await writeFile(join(tree, folder, 'file'), folder)
  }
  await wherry.json(['put', tree, 'me:'])
  const place = join(home, 'with an obstacle')
  await mkdir(join(place, 'obstacle'), { recursive: true })
  await writeFile(join(place, 'obstacle/b'), 'mine')
  const { code, stdout, stderr } = await wherry.run(['get', 'me:obstacle', place, '--json'])
  expect(stderr).toBe(`wherry: ${join(place, 'obstacle/b')}: what has that name here is no folder\n`)
  expect(JSON.parse(stdout)).toMatchObject({ files: 2, failed: 1 })
  expect(code).toBe(1)
  expect(await readFile(join(place, 'obstacle/c/file'), 'utf8')).toBe('c')
  expect(await readFile(join(place, 'obstacle/b'), 'utf8')).toBe('mine')
})

test('a place that ends with a slash is a folder, which is made with those above it', async () => {
  await putFiles('slash', { file: randomBytes(1000) })
  const place = join(home, 'new/folder/')
  await wherry.json(['get', 'me:slash/file', place])
  await wherry.json(['get', 'me:slash', place])
  expect(await readdir(place)).toEqual(['file', 'slash'])
  const { code, stderr } = await wherry.run(['get', 'me:slash/file', join(place, 'file/')])
  expect(stderr).toBe(`wherry: "${join(place, 'file/')}": not a directory\n`)
  expect(code).toBe(1)
})
