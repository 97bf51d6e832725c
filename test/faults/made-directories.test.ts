import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryDirectory } from '../storage/open-temporary.ts'
import { traceFromStart, whyNoTrace } from './strace.ts'
import { readTrace } from './system-calls.ts'

const module = new URL('../../storage/index/data-lock.ts', import.meta.url).href

/** Directories that are synced by the call that makes a data directory. */
const syncedBy = (directory: string, trace: string): string[] => {
  const script = `import { makeDirectory } from ${JSON.stringify(module)}
    makeDirectory(${JSON.stringify(directory)})`
  const [program = '', ...args] = [
    ...traceFromStart(trace, ['-y', '-e', 'trace=fsync']),
    ...[process.execPath, '--no-warnings', '--input-type=module', '-e', script],
  ]
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' })
  expect({ status, stderr }).toMatchObject({ status: 0 })
  return readTrace(readFileSync(trace, 'latin1')).map(({ path }) => path)
}

test('every directory that is made for the data is synced into the one above it', context => {
  const reason = whyNoTrace()
  if (reason !== null) return context.skip(reason)
  const above = join(temporaryDirectory(), 'there')
  mkdirSync(above)
  const directory = join(above, 'new', 'newer', 'data')
  const trace = join(dirname(above), 'trace')
  const made = [join(above, 'new', 'newer'), join(above, 'new'), above]
  expect(syncedBy(directory, trace)).toEqual(made)
  expect(syncedBy(directory, trace)).toEqual([])
})
