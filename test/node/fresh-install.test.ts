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

test('a machine that can compile nothing installs all packages, and each of them loads', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'wherry-install-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  for (const path of ['package.json', 'package-lock.json', 'scripts'])
    await cp(join(root, path), join(directory, path), { recursive: true })
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
