import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { administrator, hubProcess } from '../support/hub-process.ts'
import { signedInClient } from '../support/transfer-client.ts'
import { acknowledgements, rememberStreams } from './acknowledgements.ts'
import { chunksJudged, disorders, type Evidence } from './durability-order.ts'
import { copyIndex, indexHistory } from './index-history.ts'
import { sentMessages } from './sent-messages.ts'
import { trace, whyNoTrace } from './strace.ts'
import type { SystemCall } from './system-calls.ts'
import { testFiles, uploadAll } from './uploads.ts'

/** In which order a hub's calls reach the system, as strace sees them while a real client uploads. */
const cleanUps: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
})

const calls = 'trace=openat,pwrite64,fsync,fdatasync,sendto'

const gather = async (): Promise<Evidence> => {
  const hub = await hubProcess({
    WHERRY_ADMIN_EMAIL: administrator.email,
    WHERRY_ADMIN_PASSWORD: administrator.password,
  })
  cleanUps.push(() => hub.remove())
  await hub.start()
  const base = join(hub.directory, 'base')
  const traced = await trace(hub.pid(), join(hub.directory, 'trace'), ['-e', calls])
  await copyIndex(join(hub.directory, 'data'), base)
  const { client, root } = await signedInClient(hub.url, administrator)
  cleanUps.push(() => client.close())
  const streams = rememberStreams(client)
  const ledger = new Map()
  for (const prefix of ['first', 'second'])
    expect(await uploadAll(streams.link, root, testFiles(prefix, 30, 4), ledger)).toEqual(new Map())
  // A client can have an answer before strace has seen the call that sent it end. The thread sends no other before that.
  await client.call('space.list', {})
  await hub.kill()
  const seen = await traced.end()
  return {
    calls: seen,
    history: await indexHistory(base, seen),
    acknowledged: acknowledgements(sentMessages(seen), streams),
  }
}

const without = (evidence: Evidence, isGone: (call: SystemCall) => boolean): Evidence => ({
  ...evidence,
  calls: evidence.calls.filter(call => !isGone(call)),
})

test('bytes are durable before the index names them, and the index before a client is told', async context => {
  const reason = whyNoTrace()
  if (reason !== null) return context.skip(reason)
  const evidence = await gather()
  expect(evidence.acknowledged.filter(({ says }) => says.startsWith('the file'))).toHaveLength(70)
  expect(chunksJudged(evidence)).toBeGreaterThan(70)
  expect(disorders(evidence)).toEqual([])

  // What a hub without these syncs would be told.
  const noSegmentSync = without(evidence, call => call.name === 'fdatasync' && call.path.endsWith('.seg'))
  expect(disorders(noSegmentSync)).toHaveLength(chunksJudged(evidence))
  const noName = without(evidence, call => call.name === 'fsync' && call.path.endsWith('/chunks'))
  expect(disorders(noName).join()).toContain('before its name was durable')
  const noIndexSync = without(evidence, call => call.name === 'fsync' && call.path.endsWith('index.db-wal'))
  expect(disorders(noIndexSync)).toHaveLength(evidence.acknowledged.length)
})
