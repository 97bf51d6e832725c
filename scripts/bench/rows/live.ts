import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { runAlone, startClient } from '../client-process.ts'
import { against, figure, limit, percentile } from '../figures.ts'
import { withHub } from '../hub.ts'
import { withPeer } from '../peer.ts'
import { memoryOf } from '../processes.ts'
import type { BenchContext, Row } from '../row.ts'

export const watchersRow: Row = {
  name: 'watchers',
  what: '1,000 watchers of one folder, 100 changes a second',
  async run(context) {
    const load = { watchers: 1000 / context.scale, changes: 500, aSecond: 100 }
    const raw = await withPeer(context, 'raw-sockets.ts', ({ port }) =>
      runAlone(context, 'watchTopic', { port, ...load }),
    )
    const took = await withHub(context, ({ client, address, cost }) =>
      cost(() => client.run('watchFolder', { ...address, ...load })),
    )
    const p99 = percentile(took.delays, 0.99)
    return {
      ours: figure('p99', 'ms', p99),
      beside: [
        figure('p99 of raw publish to ws', 'ms', percentile(raw.delays, 0.99)),
        figure('p50', 'ms', percentile(took.delays, 0.5)),
        figure('seen', '%', (100 * took.delays.length) / took.expected),
      ],
      rules: [
        against('every change seen', took.delays.length === took.expected),
        limit('p99 under 100 ms', p99 < 100),
      ],
      cost: took.cost,
    }
  },
}

/** `ls -l` of as many files: what the file system itself needs. */
const lsSeconds = async ({ directory }: BenchContext, count: number): Promise<number> => {
  const folder = join(directory, 'many')
  await mkdir(folder)
  for (let n = 0; n < count; n += 100) {
    const some = Array.from({ length: Math.min(100, count - n) }, (_, i) => join(folder, `entry ${n + i}`))
    await Promise.all(some.map(path => writeFile(path, '')))
  }
  const started = performance.now()
  await promisify(execFile)('ls', ['-l', folder], { maxBuffer: 2 ** 30 })
  return (performance.now() - started) / 1000
}

export const largeFolderRow: Row = {
  name: 'folder',
  what: 'all pages of a folder of 100,000 entries',
  async run(context) {
    const count = 100_000 / context.scale
    const ls = await lsSeconds(context, count)
    const took = await withHub(context, ({ client, address, cost }) =>
      cost(() => client.run('listFolder', { ...address, count })),
    )
    return {
      ours: figure('Wherry', 's', took.allSeconds),
      beside: [
        figure('first page', 'ms', took.firstSeconds * 1000),
        figure('ls -l', 's', ls),
        figure('made before at', 'entries/s', count / took.fillSeconds),
      ],
      rules: [
        limit('first page under 50 ms', took.firstSeconds < 0.05),
        limit('all under 2 s', took.allSeconds < 2),
      ],
      // The hub's would contain making the entries.
      cost: null,
    }
  },
}

/** KB that each of `count` sockets adds to a process. */
const perSocket = async (pid: number, count: number, open: () => Promise<unknown>): Promise<number> => {
  const before = await memoryOf(pid, 'VmRSS')
  await open()
  return (((await memoryOf(pid, 'VmRSS')) - before) * 1e6) / 1024 / count
}

export const idleRow: Row = {
  name: 'idle',
  what: 'memory of the hub for each of 1,000 idle sockets',
  async run(context) {
    const count = 1000 / context.scale
    const raw = await withPeer(context, 'raw-sockets.ts', ({ port, pid }) =>
      perSocket(pid, count, () => startClient(context).run('holdSockets', { port, count })),
    )
    return withHub(context, async ({ hub, client, address }) => {
      // Many before, so that what the start left to the garbage collector is gone and what the first ones load is there.
      await client.run('holdClients', { ...address, count: 0.9 * count })
      const base = await memoryOf(hub.pid(), 'VmRSS')
      const ours = await perSocket(hub.pid(), count, () => client.run('holdClients', { ...address, count }))
      return {
        ours: figure('Wherry', 'KB', ours),
        beside: [figure('raw uWebSockets', 'KB', raw), figure('the hub before them', 'MB', base)],
        rules: [limit('at most 20 KB', ours <= 20)],
        cost: null,
      }
    })
  },
}
