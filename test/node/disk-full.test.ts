import { execFileSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { closeSync, openSync, writeSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { openDatabase } from '../../storage/index/database.ts'
import { type CommandLine, commandLine } from '../support/command-line.ts'
import { administrator, type HubProcess, hubProcess } from '../support/hub-process.ts'

const MiB = 2 ** 20
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

const cleanUps: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
})

/** A small disk of its own; false where that needs more rights than we have. */
const mountDisk = (path: string, mebibytes: number): boolean => {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'tmpfs', path], { stdio: 'ignore' })
  } catch {
    return false
  }
  cleanUps.push(() => execFileSync('umount', ['-l', path]))
  return true
}

const hubOn = async (disk: string): Promise<HubProcess> => {
  const hub = await hubProcess({
    WHERRY_ADMIN_EMAIL: administrator.email,
    WHERRY_ADMIN_PASSWORD: administrator.password,
    WHERRY_DATA: join(disk, 'data'),
  })
  cleanUps.push(() => hub.remove())
  await hub.start()
  return hub
}

/** Leaves not a single block free. Answers the file that took them. */
const fill = (disk: string): string => {
  const ballast = join(disk, 'ballast')
  const fd = openSync(ballast, 'w')
  try {
    for (;;) writeSync(fd, new Uint8Array(4096))
  } catch (error) {
    expect(error).toMatchObject({ code: 'ENOSPC' })
  } finally {
    closeSync(fd)
  }
  return ballast
}

type Disk = { hub: HubProcess; home: string; disk: string; small: Buffer; wherry: CommandLine }

/** A hub on a small disk with a file on it, and somebody who is signed in; null where a disk cannot be mounted. */
const smallDisk = async (mebibytes: number): Promise<Disk | null> => {
  const home = await mkdtemp(join(tmpdir(), 'wherry-full-'))
  cleanUps.push(() => rm(home, { recursive: true, force: true }))
  const disk = join(home, 'disk')
  await mkdir(disk)
  if (!mountDisk(disk, mebibytes)) return null
  const hub = await hubOn(disk)
  const wherry = commandLine(join(home, 'home'))
  await wherry.json(
    ['login', hub.url, '--email', administrator.email, '--password-stdin'],
    administrator.password,
  )
  const small = randomBytes(8 * MiB)
  await writeFile(join(home, 'small.bin'), small)
  await wherry.json(['put', join(home, 'small.bin'), 'me:'])
  return { hub, home, disk, small, wherry }
}

const expectReadable = async ({ home, small, wherry }: Disk): Promise<void> => {
  expect(await wherry.json(['ls', 'me:'])).toMatchObject([{ name: 'small.bin' }])
  await wherry.json(['get', 'me:small.bin', join(home, 'small.back')])
  expect(sha256(await readFile(join(home, 'small.back')))).toBe(sha256(small))
  await rm(join(home, 'small.back'))
}

test.for(['stop', 'kill'] as const)(
  'a hub that starts on a full disk after a %s serves, refuses in words, and takes files when there is room',
  async (end, context) => {
    const made = await smallDisk(128)
    if (made === null) return context.skip('mounting a small tmpfs needs root')
    const { hub, home, disk, wherry } = made
    await hub[end]()
    const ballast = fill(disk)
    await hub.start()
    await expectReadable(made)
    await writeFile(join(home, 'late.bin'), randomBytes(MiB))
    const refused = await wherry.run(['put', join(home, 'late.bin'), 'me:'])
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain('disk of the hub is full')
    const status = async () => (await fetch(`${hub.url}/readyz`)).status
    expect(refused.stderr).toContain('again when 64 MiB are free')
    expect(await status()).toBe(503)
    await rm(ballast)
    // Whoever sends no upload to a hub that is not ready is told without one.
    expect(await status()).toBe(200)
    expect(await wherry.json(['put', join(home, 'late.bin'), 'me:'])).toMatchObject({ failed: 0 })
    expect(await status()).toBe(200)
  },
)

test('where a full disk lets no hub start, it says what is full and what to do', async context => {
  const made = await smallDisk(64)
  if (made === null) return context.skip('mounting a small tmpfs needs root')
  const { hub, disk } = made
  await hub.stop()
  // The last connection to close takes the WAL and the shared memory along, as in a backup that SQLite makes.
  openDatabase(join(disk, 'data/index.db'), { readonly: false }).close()
  const ballast = fill(disk)
  await expect(hub.start()).rejects.toThrow()
  expect(hub.output()).toMatch(
    /^Wherry cannot start: The disk of the data directory .* is full: a start needs .*\. Make room on it, and start again: nothing is lost\.$/m,
  )
  await rm(ballast)
  await hub.start()
  await expectReadable(made)
})

test('a full disk refuses an upload in words, loses nothing, and the upload goes on when there is room', async context => {
  const made = await smallDisk(64)
  if (made === null) return context.skip('mounting a small tmpfs needs root')
  const { home, disk, wherry } = made
  const large = randomBytes(96 * MiB)
  await writeFile(join(home, 'large.bin'), large)

  const refused = await wherry.run(['put', join(home, 'large.bin'), 'me:'])
  expect(refused.code).toBe(1)
  expect(refused.stderr).toContain('disk of the hub is full')
  await expectReadable(made)

  execFileSync('mount', ['-o', 'remount,size=512m', disk])
  const result = await wherry.json(['put', join(home, 'large.bin'), 'me:'])
  expect(result).toMatchObject({ failed: 0, bytes: large.length })
  expect((result as { reusedBytes: number }).reusedBytes).toBeGreaterThan(0)
  await wherry.json(['get', 'me:large.bin', join(home, 'large.back')])
  expect(sha256(await readFile(join(home, 'large.back')))).toBe(sha256(large))
})

test('a disk that a download fills is told with what is left there, and the same command continues when there is room', async context => {
  const made = await smallDisk(64)
  if (made === null) return context.skip('mounting a small tmpfs needs root')
  const { home, small, wherry } = made
  const here = join(home, 'here')
  await mkdir(here)
  mountDisk(here, 6)
  const get = ['get', 'me:small.bin', here]
  const { code, stderr } = await wherry.run(get)
  const [part = '', ...others] = await readdir(here)
  expect(stderr).toBe(
    `wherry: ${join(here, 'small.bin')}: no space left on device. What arrived of it is in ${join(here, part)}; the same command continues when there is room\n`,
  )
  expect({ code, others }).toEqual({ code: 1, others: [] })
  execFileSync('mount', ['-o', 'remount,size=32m', here])
  const { reusedBytes } = (await wherry.json(get)) as { reusedBytes: number }
  expect(reusedBytes).toBeGreaterThan(0)
  expect(sha256(await readFile(join(here, 'small.bin')))).toBe(sha256(small))
  expect(await readdir(here)).toEqual(['small.bin'])
})

test('a disk without room for one more file is not told to have a file of that name', async context => {
  const made = await smallDisk(64)
  if (made === null) return context.skip('mounting a small tmpfs needs root')
  const { home, wherry } = made
  const here = join(home, 'here')
  await mkdir(here)
  mountDisk(here, 32)
  // For the folder itself, the part and its lock.
  execFileSync('mount', ['-o', 'remount,nr_inodes=3', here])
  const { code, stderr } = await wherry.run(['get', 'me:small.bin', here])
  expect(stderr).toContain('small.bin: no space left on device. What arrived of it is in')
  expect(code).toBe(1)
})
