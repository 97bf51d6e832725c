import { execFile } from 'node:child_process'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))
const run = promisify(execFile)

/** Packages with binaries of their own. */
const native = [
  'better-sqlite3',
  'bufferutil',
  'node-datachannel',
  '@node-rs/argon2',
  'uWebSockets.js',
  'esbuild',
]

/** A clone as far as the installation goes. */
const newClone = async (): Promise<string> => {
  const directory = await mkdtemp(join(tmpdir(), 'wherry-install-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  for (const path of ['package.json', 'package-lock.json', 'scripts'])
    await cp(join(root, path), join(directory, path), { recursive: true })
  return directory
}

test('a machine that can compile nothing installs all packages, and each of them loads', async () => {
  const directory = await newClone()
  // Whoever looks for Node's headers or for Python finds none.
  const nowhere = join(directory, 'nowhere')
  const env = { ...process.env, npm_config_nodedir: nowhere, npm_config_python: nowhere }
  await run('node', ['scripts/prepare.mjs'], { cwd: directory, env })
  const loads = native.map(name => `await import('${name}')`).join('; ')
  const { stdout } = await run(
    'node_modules/.bin/node',
    [
      '--input-type=module',
      '-e',
      `${loads}; new (await import('better-sqlite3')).default(':memory:'); console.log(process.version); process.exit()`,
    ],
    { cwd: directory },
  )
  expect(stdout).toMatch(/^v22\./)
})

test('a machine that is said to be in production installs what builds the client too, and once', async () => {
  const directory = await newClone()
  const prepare = () =>
    run('node', ['scripts/prepare.mjs'], { cwd: directory, env: { ...process.env, NODE_ENV: 'production' } })
  expect((await prepare()).stdout).toContain('installing the packages')
  await run('node_modules/.bin/node', ['--input-type=module', '-e', "await import('esbuild')"], {
    cwd: directory,
  })
  expect((await prepare()).stdout).toBe('')
})
