import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { lockDirectory, makeDirectory } from '../../storage/index/data-lock.ts'
import { temporaryDirectory } from './open-temporary.ts'

const module = new URL('../../storage/index/data-lock.ts', import.meta.url).href
const isRoot = process.getuid?.() === 0

/** Runs a call of the module as a user for whom modes of files hold; answers the sentence that it throws, or `done`. */
const asPlainUser = (call: string): { sentence: string; ran: boolean } => {
  const script = `import { lockDirectory, makeDirectory } from ${JSON.stringify(module)}
    try { ${call}; console.log('done') } catch (error) { console.log(error.message) }`
  const { status, stdout } = spawnSync(
    process.execPath,
    ['--no-warnings', '--input-type=module', '-e', script],
    {
      encoding: 'utf8',
      ...(isRoot ? { uid: 65534, gid: 65534 } : {}),
    },
  )
  return { sentence: stdout.trim(), ran: status === 0 }
}

test('a directory that is locked is another hub, until that lets it go', () => {
  const directory = temporaryDirectory()
  const unlock = lockDirectory(directory)
  expect(() => lockDirectory(directory)).toThrow(
    `A hub is running on the data directory ${directory}, and has to be stopped first.`,
  )
  unlock()
  lockDirectory(directory)()
})

test.each([
  ['a few letters', 'garbage'],
  ['much else', 'x'.repeat(5000)],
])('a lock file that is %s is said to be damaged, with what to do', (_, content) => {
  const directory = temporaryDirectory()
  const file = join(directory, 'lock.db')
  writeFileSync(file, content)
  expect(() => lockDirectory(directory)).toThrow(`The lock file ${file} is damaged.`)
  expect(() => lockDirectory(directory)).not.toThrow(/A hub is running on/)
})

test('a lock file that cannot be opened is said to be so', () => {
  const directory = temporaryDirectory()
  mkdirSync(join(directory, 'lock.db'))
  expect(() => lockDirectory(directory)).toThrow(
    `The lock file ${join(directory, 'lock.db')} cannot be opened`,
  )
})

test('a directory that may not be written in is said to be so, and so is a lock file', context => {
  const directory = temporaryDirectory()
  chmodSync(directory, 0o555)
  const lock = () => asPlainUser(`lockDirectory(${JSON.stringify(directory)})`)
  const inDirectory = lock()
  if (!inDirectory.ran) context.skip('Another user may not run this checkout.')
  expect(inDirectory.sentence).toContain(
    `The lock file ${join(directory, 'lock.db')} cannot be opened for writing.`,
  )
  chmodSync(directory, 0o755)
  writeFileSync(join(directory, 'lock.db'), '', { mode: 0o444 })
  expect(lock().sentence).toContain(
    `The lock file ${join(directory, 'lock.db')} cannot be opened for writing.`,
  )
})

test('a data directory that cannot be made is said to be so', context => {
  const parent = temporaryDirectory()
  const file = join(parent, 'file')
  writeFileSync(file, '')
  expect(() => makeDirectory(file)).toThrow(`The data directory ${file} cannot be used`)
  expect(() => makeDirectory(join(file, 'data'))).toThrow(
    `The data directory ${join(file, 'data')} cannot be used`,
  )
  chmodSync(parent, 0o555)
  const made = asPlainUser(`makeDirectory(${JSON.stringify(join(parent, 'data'))})`)
  if (!made.ran) context.skip('Another user may not run this checkout.')
  expect(made.sentence).toContain(`The data directory ${join(parent, 'data')} cannot be used`)
})

const modeOf = (path: string): number => statSync(path).mode & 0o777

test('a directory with files of others is refused and left as it is', () => {
  const directory = temporaryDirectory()
  chmodSync(directory, 0o755)
  mkdirSync(join(directory, 'home'))
  expect(() => makeDirectory(directory)).toThrow(`The directory ${directory} has files, but none of a hub`)
  expect(modeOf(directory)).toBe(0o755)
})

test.each([
  ['an empty directory', null],
  ['a fresh file system', 'lost+found'],
  ['a hub of which a start was cut short', 'lock.db'],
  ['a master key that was put there', 'master.key'],
  ['a restored hub', 'index.db'],
])("%s is taken and made its owner's alone", (_, name) => {
  const directory = temporaryDirectory()
  chmodSync(directory, 0o755)
  if (name !== null) mkdirSync(join(directory, name))
  makeDirectory(directory)
  expect(modeOf(directory)).toBe(0o700)
})
