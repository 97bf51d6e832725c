import { randomBytes } from 'node:crypto'
import { link, mkdir, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { partName } from '../../client/node/file-place.ts'
import { commandLine } from '../support/command-line.ts'
import { administrator } from '../support/hub-process.ts'
import { hubProxy } from '../support/hub-proxy.ts'
import { terminalRig } from '../support/terminal-rig.ts'

const MiB = 2 ** 20

const rig = terminalRig()

/** Files on the hub with a date of whole seconds, in a folder of that name. */
const putFiles = async (folder: string, files: Record<string, Buffer>): Promise<void> => {
  await mkdir(join(rig.directory, folder))
  for (const [name, bytes] of Object.entries(files)) {
    await writeFile(join(rig.directory, folder, name), bytes)
    await utimes(join(rig.directory, folder, name), 1_700_000_000, 1_700_000_000)
  }
  await rig.ada.json(['put', join(rig.directory, folder), 'me:'])
}

describe('what is here already', () => {
  test('is compared with --check, and replaced with --force where it is not what the hub has', async () => {
    const files = { large: randomBytes(3 * MiB), small: randomBytes(1000), good: randomBytes(1000) }
    await putFiles('rotten', files)
    const here = (name: string) => join(rig.directory, 'rotten here/rotten', name)
    await mkdir(join(rig.directory, 'rotten here'))
    const get = ['get', 'me:rotten', join(rig.directory, 'rotten here')]
    await rig.ada.json(get)
    for (const name of ['large', 'small'] as const) {
      const bytes = Buffer.from(files[name])
      bytes.write('XXXX', 500)
      await writeFile(here(name), bytes)
      await utimes(here(name), 1_700_000_000, 1_700_000_000)
    }
    expect(await rig.ada.json(get)).toMatchObject({ receivedBytes: 0, failed: 0 })
    for (const name of ['large', 'small']) {
      const { code, stderr } = await rig.ada.run(['get', `me:rotten/${name}`, here(name), '--check'])
      expect(stderr).toContain(`${name}: there is another file of that name here; --force replaces it`)
      expect(code).toBe(1)
      expect((await readFile(here(name))).toString('latin1', 500, 504)).toBe('XXXX')
      await rig.ada.json(['get', `me:rotten/${name}`, here(name), '--force'])
    }
    for (const [name, bytes] of Object.entries(files))
      expect(bytes.equals(await readFile(here(name))), name).toBe(true)
    const again = await rig.ada.json(['get', 'me:rotten/large', here('large'), '--check'])
    expect(again).toMatchObject({ receivedBytes: 0, reusedBytes: 3 * MiB })
  })

  test('is brought by one of several commands at once, whole, and is there for the others', async () => {
    const names = Array.from({ length: 120 }, (_, i) => `f${i}`)
    const files = Object.fromEntries(names.map(name => [name, randomBytes(3000)]))
    await putFiles('together', files)
    for (const round of [1, 2]) {
      const place = join(rig.directory, `together ${round}`)
      await mkdir(place)
      const gets = await Promise.all([1, 2, 3].map(() => rig.ada.run(['get', 'me:together', place])))
      expect(gets.map(({ code, stderr }) => ({ code, stderr }))).toEqual(
        gets.map(() => ({ code: 0, stderr: '' })),
      )
      expect((await readdir(join(place, 'together'))).toSorted()).toEqual(names.toSorted())
      for (const [name, bytes] of Object.entries(files)) {
        expect(bytes.equals(await readFile(join(place, 'together', name))), name).toBe(true)
        expect((await stat(join(place, 'together', name))).mtimeMs).toBe(1_700_000_000_000)
      }
    }
  })

  test('loses the second name that a killed run left it', async () => {
    await putFiles('twice', { large: randomBytes(MiB) })
    const place = join(rig.directory, 'here twice')
    await mkdir(place)
    const get = ['get', 'me:twice/large', place]
    await rig.ada.json(get)
    const [entry] = (await rig.ada.json(['ls', 'me:twice'])) as { id: string }[]
    await link(join(place, 'large'), partName(join(place, 'large'), entry?.id ?? ''))
    expect(await rig.ada.json(get)).toMatchObject({ receivedBytes: 0, failed: 0 })
    expect(await readdir(place)).toEqual(['large'])
  })

  test('is recognised by its content where the date is another, and gets the date with --force', async () => {
    const files = { large: randomBytes(MiB), small: randomBytes(1000), empty: Buffer.of() }
    await putFiles('dated', files)
    const get = (name: string) => ['get', `me:dated/${name}`, join(rig.directory, `dated ${name}`)]
    for (const [name, bytes] of Object.entries(files)) {
      await writeFile(join(rig.directory, `dated ${name}`), bytes)
      await utimes(join(rig.directory, `dated ${name}`), 1_600_000_000, 1_600_000_000)
      const { ino } = await stat(join(rig.directory, `dated ${name}`))
      const same = { receivedBytes: 0, reusedBytes: bytes.length, failed: 0 }
      expect(await rig.ada.json(get(name))).toMatchObject(same)
      expect((await stat(join(rig.directory, `dated ${name}`))).mtimeMs).toBe(1_600_000_000_000)
      expect(await rig.ada.json([...get(name), '--force'])).toMatchObject(same)
      expect(await stat(join(rig.directory, `dated ${name}`))).toMatchObject({
        ino,
        mtimeMs: 1_700_000_000_000,
      })
    }
    await writeFile(join(rig.directory, 'dated small'), randomBytes(1000))
    const { code, stderr } = await rig.ada.run(get('small'))
    expect(stderr).toContain('there is another file of that name here; --force replaces it')
    expect(code).toBe(1)
  })
})

test('a file that has the name of a folder is told, and all the rest comes down', async () => {
  const tree = join(rig.directory, 'obstacle')
  for (const folder of ['a', 'b/below', 'c']) {
    await mkdir(join(tree, folder), { recursive: true })
    await writeFile(join(tree, folder, 'file'), folder)
  }
  await rig.ada.json(['put', tree, 'me:'])
  const place = join(rig.directory, 'with an obstacle')
  await mkdir(join(place, 'obstacle'), { recursive: true })
  await writeFile(join(place, 'obstacle/b'), 'mine')
  const { code, stdout, stderr } = await rig.ada.run(['get', 'me:obstacle', place, '--json'])
  expect(stderr).toBe(`wherry: ${join(place, 'obstacle/b')}: what has that name here is no folder\n`)
  expect(JSON.parse(stdout)).toMatchObject({
    files: 2,
    failed: 1,
    failures: [{ file: join(place, 'obstacle/b'), why: 'what has that name here is no folder' }],
  })
  expect(code).toBe(1)
  expect(await readFile(join(place, 'obstacle/c/file'), 'utf8')).toBe('c')
  expect(await readFile(join(place, 'obstacle/b'), 'utf8')).toBe('mine')
})

test('a get of many small files that is stopped leaves whole ones and nothing else, and the same command brings the rest', async () => {
  const names = Array.from({ length: 600 }, (_, i) => `f${i}`)
  await putFiles('stopped', Object.fromEntries(names.map(name => [name, Buffer.alloc(3000, name)])))
  const place = join(rig.directory, 'stopped here')
  await mkdir(place)
  const here = () => readdir(join(place, 'stopped')).catch(() => [])
  const getting = rig.ada.start(['get', 'me:stopped', place])
  await expect.poll(async () => (await here()).length, { interval: 5, timeout: 20_000 }).toBeGreaterThan(50)
  getting.process.kill('SIGINT')
  expect((await getting.result).code).toBe(130)
  const left = await here()
  expect(left.length).toBeLessThan(names.length)
  expect(left.filter(name => !names.includes(name))).toEqual([])
  for (const name of left) expect((await stat(join(place, 'stopped', name))).size).toBe(3000)
  expect(await rig.ada.json(['get', 'me:stopped', place])).toMatchObject({ files: 600, failed: 0 })
  expect((await here()).toSorted()).toEqual(names.toSorted())
})

test('a place that ends with a slash is a folder, which is made with those above it', async () => {
  await putFiles('slash', { file: randomBytes(1000) })
  const place = join(rig.directory, 'new/folder/')
  await rig.ada.json(['get', 'me:slash/file', place])
  await rig.ada.json(['get', 'me:slash', place])
  expect(await readdir(place)).toEqual(['file', 'slash'])
  const { code, stderr } = await rig.ada.run(['get', 'me:slash/file', join(place, 'file/')])
  expect(stderr).toBe(`wherry: "${join(place, 'file/')}": not a directory\n`)
  expect(code).toBe(1)
})

test('names of a hub that lie lead out of no folder', async () => {
  const { work, target } = await rig.makeWork()
  await mkdir(join(work, 'all/within'), { recursive: true })
  await writeFile(join(work, 'all/within/inside'), 'inside')
  await writeFile(join(work, 'all/truth'), 'truth')
  await rig.ada.json(['put', join(work, 'all'), 'me:'])
  let lie = { name: '', as: '' }
  const proxy = await hubProxy(rig.hub.url, {
    pass: (frame, to) => [
      to === 'client' && typeof frame === 'string'
        ? frame.replaceAll(`"name":"${lie.name}"`, `"name":"${lie.as}"`)
        : frame,
    ],
  })
  onTestFinished(() => proxy.close())
  const { email, password } = administrator
  const wherry = commandLine(join(work, 'home'))
  await wherry.json(['login', proxy.url, '--email', email, '--password-stdin'], password)
  const before = await readdir(work)
  for (const [name, as] of [
    ['within', '..'],
    ['within', '../within'],
    ['truth', '../truth'],
    ['truth', '/truth'],
  ] as const) {
    lie = { name, as }
    const { code, stderr } = await wherry.run(['get', 'me:all', target])
    expect(stderr).toContain(`"${as}" cannot be a file here`)
    expect(code).not.toBe(0)
    expect(await readdir(work)).toEqual(before)
    expect(await readdir(target)).toEqual(['all'])
  }
})
