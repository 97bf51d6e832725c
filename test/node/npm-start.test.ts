import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))

// npm passes both to its child; Ctrl-C comes from the terminal too, so the hub gets it twice.
test.each(['SIGTERM', 'SIGINT'] as const)('%s to npm start, twice, stops the hub cleanly', async signal => {
  const directory = await mkdtemp(join(tmpdir(), 'wherry-npm-'))
  const data = join(directory, 'data')
  const npm = spawn('npm', ['start', '--ignore-scripts'], {
    cwd: root,
    env: { ...process.env, WHERRY_DATA: data, WHERRY_PORT: '0', WHERRY_LOG_LEVEL: 'info' },
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  })
  // What it started has its process group, if anything of it is left.
  onTestFinished(async () => {
    try {
      process.kill(-(npm.pid ?? 0), 'SIGKILL')
    } catch {
      // All ended.
    }
    await rm(directory, { recursive: true, force: true })
  })
  let printed = ''
  npm.stdout.setEncoding('utf8')
  npm.stdout.on('data', text => {
    printed += text
  })
  while (!printed.includes('Wherry is running')) await once(npm.stdout, 'data')
  expect(existsSync(join(data, 'running'))).toBe(true)
  // The pipe is closed when the hub has ended, and not only npm.
  const ended = once(npm.stdout, 'close')
  npm.kill(signal)
  npm.kill(signal)
  await ended
  expect(existsSync(join(data, 'running'))).toBe(false)
})
