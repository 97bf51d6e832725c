#!/usr/bin/env -S node --single-threaded-gc
// A download makes one large buffer after the other: V8's collector threads then take a quarter of the time from the
// transfer itself (530 against 660 MB/s on two cores), so they stay off.
// The project runs on Node 22, which it has as a dependency; an older `node` on the PATH only starts that one.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('./main.ts', import.meta.url))
const ownNode = fileURLToPath(new URL('../../node_modules/.bin/node', import.meta.url))
const flags = [
  '--single-threaded-gc',
  '--disable-warning=ExperimentalWarning',
  main,
  ...process.argv.slice(2),
]

if (Number(process.versions.node.split('.')[0]) >= 22) {
  process.removeAllListeners('warning')
  await import('./main.ts')
} else if (existsSync(ownNode)) {
  const { status, signal } = spawnSync(ownNode, flags, { stdio: 'inherit' })
  if (signal) process.kill(process.pid, signal)
  process.exitCode = status ?? 1
} else {
  console.error('wherry needs Node 22: run `npm ci` in the checkout first.')
  process.exitCode = 1
}
