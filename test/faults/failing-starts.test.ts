import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkDirectory } from '../../storage/index/check-directory.ts'
import { administrator, type HubProcess, hubProcess } from '../support/hub-process.ts'
import { signedInClient } from '../support/transfer-client.ts'
import { traceFromStart, whyNoTrace } from './strace.ts'
import { type Ledger, lostFiles, testFiles, uploadAll } from './uploads.ts'

/**
 * The start after a kill: calls on the data directory fail, in each thread that which is counted. The hub
 * refuses to start with a sentence or it runs; either way the next start finds everything.
 */
const reason = whyNoTrace()
const files = [
  ...['index.db', 'index.db-wal', 'index.db-shm', 'lock.db', 'master.key', 'keys.json', 'running'],
  ...['chunks', 'chunks/unclean', 'chunks/unclean.new', 'chunks/00000001.seg', 'chunks/00000002.seg'],
]
const faults = [
  'openat:error=EMFILE:when=1',
  'openat:error=EIO:when=2',
  'openat:error=EIO:when=4',
  'write:error=ENOSPC:when=1',
  'pwrite64:error=EIO:when=1',
  'pwrite64:error=ENOSPC:when=2',
  'fsync:error=EIO:when=1+',
  'ftruncate:error=EIO:when=1',
  'pread64:error=EIO:when=5',
  'rename:error=EIO:when=1+',
]

let hub: HubProcess
const ledger: Ledger = new Map()

beforeAll(async () => {
  hub = await hubProcess({
    WHERRY_ADMIN_EMAIL: administrator.email,
    WHERRY_ADMIN_PASSWORD: administrator.password,
  })
  await hub.start()
  const { client, root } = await signedInClient(hub.url, administrator)
  expect(await uploadAll(client, root, testFiles('first', 3, 1), ledger)).toEqual(new Map())
  client.close()
  await hub.kill()
})

afterAll(() => hub?.remove())

/** Starts it while calls fail; kills it if that went well. Answers whether it did. */
const startUnder = async (fault: string): Promise<boolean> => {
  const trace = join(hub.directory, 'trace')
  const paths = files.flatMap(path => ['-P', join(hub.directory, 'data', path)])
  const [call = ''] = fault.split(':')
  const started = await hub
    .start(traceFromStart(trace, ['-e', `trace=${call}`, '-e', `inject=${fault}`, ...paths]))
    .then(
      () => true,
      () => false,
    )
  if (started) await hub.kill()
  // The tracer goes with the process, but perhaps a moment after it.
  while (!(await readFile(trace, 'utf8')).includes('(INJECTED)'));
  return started
}

test.for(faults)('a start where %s loses nothing', async (fault, context) => {
  if (reason !== null) return context.skip(reason)
  const before = hub.output().length
  const started = await startUnder(fault)
  if (!started) expect(hub.output().slice(before)).toMatch(/^Wherry cannot start: .+/m)
  await hub.start()
  const { client } = await signedInClient(hub.url, administrator)
  expect(await lostFiles(client, ledger)).toEqual([])
  client.close()
  await hub.kill()
  expect(await checkDirectory(join(hub.directory, 'data'))).toEqual([])
})
