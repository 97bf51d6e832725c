import { execFileSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { commandLine } from '../support/command-line.ts'
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

test('a full disk refuses an upload in words, loses nothing, and the upload goes on when there is room', async context => {
  const home = await mkdtemp(join(tmpdir(), 'wherry-full-'))
  cleanUps.push(() => rm(home, { recursive: true, force: true }))
  const disk = join(home, 'disk')
  await mkdir(disk)
  if (!mountDisk(disk, 64)) return context.skip('mounting a small tmpfs needs root')
  const hub = await hubOn(disk)
  const wherry = commandLine(join(home, 'home'))
  await wherry.json(
    ['login', hub.url, '--email', administrator.email, '--password-stdin'],
    administrator.password,
  )
  const small = randomBytes(8 * MiB)
  const large = randomBytes(96 * MiB)
  await writeFile(join(home, 'small.bin'), small)
  await writeFile(join(home, 'large.bin'), large)
  await wherry.json(['put', join(home, 'small.bin'), 'me:'])

  const refused = await wherry.run(['put', join(home, 'large.bin'), 'me:'])
  expect(refused.code).toBe(1)
  expect(refused.stderr).toContain('disk of the hub is full')
  await wherry.json(['get', 'me:small.bin', join(home, 'small.back')])
  expect(sha256(await readFile(join(home, 'small.back')))).toBe(sha256(small))

  execFileSync('mount', ['-o', 'remount,size=512m', disk])
  const result = await wherry.json(['put', join(home, 'large.bin'), 'me:'])
  expect(result).toMatchObject({ failed: 0, bytes: large.length })
  expect((result as { reusedBytes: number }).reusedBytes).toBeGreaterThan(0)
  await wherry.json(['get', 'me:large.bin', join(home, 'large.back')])
  expect(sha256(await readFile(join(home, 'large.back')))).toBe(sha256(large))
})
