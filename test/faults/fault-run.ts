import { join } from 'node:path'
import { setTimeout as after } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import type { Entry } from '../../protocol/values.ts'
import { checkDirectory } from '../../storage/index/check-directory.ts'
import { administrator, type HubProcess, hubProcess } from '../support/hub-process.ts'
import { signedInClient } from '../support/transfer-client.ts'
import { acknowledgements, rememberStreams } from './acknowledgements.ts'
import { disorders } from './durability-order.ts'
import { copyIndex, indexHistory } from './index-history.ts'
import { sentMessages } from './sent-messages.ts'
import { type Trace, trace, whyNoTrace } from './strace.ts'
import type { SystemCall } from './system-calls.ts'
import { type Ledger, lostFiles, type TestFile, testFiles, uploadAll } from './uploads.ts'

/** Below the data directory. */
const targets = {
  segments: ['chunks/00000001.seg', 'chunks/00000002.seg', 'chunks/00000003.seg'],
  'the directory of segments': ['chunks'],
  'the clean point': ['chunks/unclean.new'],
  'the WAL': ['index.db-wal'],
  'the index': ['index.db'],
  'the marks of a run': ['chunks/unclean', 'running'],
} as const

/** Calls that the system refuses a running hub: in each of its threads the calls that `when` counts. */
type Fault = {
  call: 'pwrite64' | 'fsync' | 'fdatasync' | 'openat' | 'unlink'
  error: 'EIO' | 'ENOSPC' | 'EMFILE'
  /** As strace takes it: `3` is the third, `3+` the third and all that follow. */
  when: string
  /** Any file if left out, and then the order of calls is judged too. */
  of?: keyof typeof targets
  /** `readOnly`: nothing is taken until a restart. `goesOn`: what was refused succeeds once the fault is gone. */
  outcome: 'readOnly' | 'goesOn'
}

const nameOf = ({ call, error, when, of }: Fault): string =>
  `${call} of ${of ?? 'any file'} fails with ${error}, number ${when}`

const seen = 'trace=openat,pwrite64,fsync,fdatasync,sendto,unlink'

const begin = (hub: HubProcess, { call, error, when, of }: Fault): Promise<Trace> => {
  const inject = `inject=${call}:error=${error}:when=${when}`
  const paths = (of ? targets[of] : []).flatMap(path => ['-P', join(hub.directory, 'data', path)])
  return trace(hub.pid(), join(hub.directory, 'trace'), ['-e', seen, '-e', inject, ...paths])
}

/**
 * Has a real client upload while calls fail, then restarts the hub without faults. Expects that nothing acknowledged is
 * lost, nothing visible is damaged, nothing was acknowledged that is not durable, and that the hub says how it is.
 */
const runFault = async (fault: Fault): Promise<void> => {
  const hub = await hubProcess({
    WHERRY_ADMIN_EMAIL: administrator.email,
    WHERRY_ADMIN_PASSWORD: administrator.password,
  })
  try {
    await hub.start()
    await underFault(hub, fault, new Map())
  } finally {
    await hub.remove()
  }
}

/** Looks whether the fault showed, and how many of them go before another upload. */
const pollMs = 50
const pollsBeforeMore = 100

const underFault = async (hub: HubProcess, fault: Fault, ledger: Ledger): Promise<void> => {
  const data = join(hub.directory, 'data')
  const base = join(hub.directory, 'base')
  const files = testFiles('first', 12, 3)
  const { client, root } = await signedInClient(hub.url, administrator)
  const traced = await begin(hub, fault)
  await copyIndex(data, base)
  const streams = rememberStreams(client)

  const refused = await uploadAll(streams.link, root, files, ledger)
  expect(await statusOf(`${hub.url}/healthz`)).toBe(200)
  if (fault.outcome === 'readOnly') {
    // Some of it fails in the background, when the hub is idle. And calls are counted by thread: where the uploads shared
    // few of them, more have to come until one fails.
    for (let n = 1; refused.size === 0 && (await statusOf(`${hub.url}/readyz`)) === 200; n++) {
      await after(pollMs)
      if (n % pollsBeforeMore > 0) continue
      const more = testFiles(`more ${n}`, 1, 1)
      files.push(...more)
      for (const [name, why] of await uploadAll(streams.link, root, more, ledger)) refused.set(name, why)
    }
    const ready = await fetch(`${hub.url}/readyz`)
    expect(ready.status).toBe(503)
    const { problem } = (await ready.json()) as { problem: string }
    await vi.waitFor(() => expect(hub.output()).toContain(JSON.stringify(problem)), 5000)
    const late = testFiles('late', 2, 1)
    expect([...(await uploadAll(streams.link, root, late, ledger)).keys()].sort()).toEqual(namesOf(late))
  }
  expect(await lostFiles(client, ledger)).toEqual([])
  if (fault.when.endsWith('+')) expect(await hub.stop()).toBe(0)
  else if (fault.outcome === 'readOnly') await hub.kill()
  const calls = await traced.end()
  expect(calls.some(call => call.isInjected)).toBe(true)
  if (!fault.of) await expectOrder(base, calls, acknowledgements(sentMessages(calls), streams))
  if (fault.outcome === 'goesOn' && !fault.when.endsWith('+')) {
    await uploadRefused(client, root, files, refused, ledger)
    await hub.kill()
  }
  client.close()
  await expectWhole(hub, files, refused, ledger)
}

const expectOrder = async (
  base: string,
  calls: readonly SystemCall[],
  acknowledged: ReturnType<typeof acknowledgements>,
): Promise<void> =>
  expect(disorders({ calls, history: await indexHistory(base, calls), acknowledged })).toEqual([])

type Client = Awaited<ReturnType<typeof signedInClient>>['client']

const uploadRefused = async (
  client: Client,
  root: string,
  files: readonly TestFile[],
  refused: ReadonlyMap<string, string>,
  ledger: Ledger,
): Promise<void> => {
  const again = files.filter(({ name }) => refused.has(name) && !ledger.has(name))
  expect(await uploadAll(client, root, again, ledger)).toEqual(new Map())
}

const namesOf = (files: readonly TestFile[]): string[] => files.map(({ name }) => name).sort()

const statusOf = async (url: string): Promise<number> => (await fetch(url)).status

/** After a restart without faults: what was acknowledged is there, what is visible is whole, and all can be uploaded. */
const expectWhole = async (
  hub: HubProcess,
  files: readonly TestFile[],
  refused: ReadonlyMap<string, string>,
  ledger: Ledger,
): Promise<void> => {
  await hub.start()
  const { client, root } = await signedInClient(hub.url, administrator)
  try {
    expect(await lostFiles(client, ledger)).toEqual([])
    const { entries } = await client.call('folder.list', { folder: root })
    const visible = visibleFiles(entries, files)
    expect(await lostFiles(client, visible)).toEqual([])
    await uploadRefused(client, root, files, refused, visible)
    expect([...visible.keys()].sort()).toEqual(namesOf(files))
    expect(await lostFiles(client, visible)).toEqual([])
  } finally {
    client.close()
  }
  expect(await hub.stop()).toBe(0)
  expect(await checkDirectory(join(hub.directory, 'data'))).toEqual([])
}

/** Throws if there is a file that nobody uploaded. */
const visibleFiles = (entries: readonly Entry[], files: readonly TestFile[]): Ledger =>
  new Map(
    entries.map(entry => {
      const file = files.find(({ name }) => name === entry.name)
      if (!file) throw new Error(`${entry.name} should not be there`)
      return [entry.name, { entry, bytes: file.bytes }]
    }),
  )

/** A test for each fault; skipped, with the reason, where calls cannot be made to fail. */
export const testFaults = (faults: readonly Fault[]): void => {
  const reason = whyNoTrace()
  test.for(faults.map(fault => [nameOf(fault), fault] as const))('%s', async ([, fault], context) => {
    if (reason !== null) return context.skip(reason)
    await runFault(fault)
  })
}
