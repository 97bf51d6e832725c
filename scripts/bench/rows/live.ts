import { createClient } from '../../../client/core/client.ts'
import { newId } from '../../../client/core/new-id.ts'
import { fileCredentials } from '../../../client/node/credentials.ts'
import { nodeSocket } from '../../../client/node/socket.ts'
import { type BenchContext, type Row, timed } from '../row.ts'
import { type Bench, type Client, memoryOf, startBench } from '../wherry.ts'

/** Further signed-in connections of the same session, made a few at a time. */
const moreClients = async (bench: Bench, { directory }: BenchContext, count: number): Promise<Client[]> => {
  const credentials = fileCredentials(bench.hub.url, `${directory}/session`)
  const clients: Client[] = []
  for (let n = 0; n < count; n += 20) {
    const some = Array.from({ length: Math.min(20, count - n) }, () =>
      createClient({
        url: `ws://localhost:${bench.hub.port}/ws`,
        socket: nodeSocket,
        credentials,
        agent: 'wherry-bench',
      }),
    )
    await Promise.all(some.map(client => client.whenState('live')))
    clients.push(...some)
  }
  return clients
}

const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0

export const idleRow: Row = {
  name: 'idle',
  what: 'memory of the hub for each of 1,000 idle sockets',
  async run(context) {
    const count = Math.ceil(1000 / context.scale)
    const bench = await startBench(context)
    const before = await memoryOf(bench.hub.pid(), 'VmRSS')
    const clients = await moreClients(bench, context, count)
    const after = await memoryOf(bench.hub.pid(), 'VmRSS')
    for (const one of clients) one.close()
    await bench.end()
    const ours = { name: 'Wherry', value: ((after - before) * 1e6) / 1024 / count, unit: 'KB' }
    const base = { name: 'without them', value: before, unit: 'MB' }
    return { ours, beside: [base], target: 'at most 20 KB', met: ours.value <= 20 }
  },
}

export const watchersRow: Row = {
  name: 'watchers',
  what: '1,000 watchers of one folder, 100 changes a second',
  async run(context) {
    const watchers = Math.ceil(1000 / context.scale)
    const changes = 500
    const bench = await startBench(context)
    const clients = await moreClients(bench, context, watchers)
    const made = new Map<string, number>()
    const delays: number[] = []
    for (const client of clients) {
      client.on('folder.changed', event => {
        for (const change of event.changes) {
          const at = change.kind === 'put' ? made.get(change.entry.name) : undefined
          if (at !== undefined) delays.push(performance.now() - at)
        }
      })
    }
    await Promise.all(clients.map(client => client.call('folder.watch', { folder: bench.root })))
    const calls: Promise<unknown>[] = []
    const started = performance.now()
    for (let n = 0; n < changes; n++) {
      // The pace is part of the load: 100 a second.
      const dueIn = started + n * 10 - performance.now()
      if (dueIn > 0) await new Promise(resolve => setTimeout(resolve, dueIn))
      const name = newId()
      made.set(name, performance.now())
      calls.push(bench.client.call('folder.create', { folder: bench.root, name, onClash: 'fail' }))
    }
    await Promise.all(calls)
    const giveUpAt = performance.now() + 30_000
    while (delays.length < watchers * changes && performance.now() < giveUpAt)
      await new Promise(resolve => setTimeout(resolve, 20))
    for (const one of clients) one.close()
    await bench.end()
    const sorted = delays.toSorted((a, b) => a - b)
    const ours = { name: 'p99', value: percentile(sorted, 0.99), unit: 'ms' }
    const share = { name: 'changes seen', value: (100 * delays.length) / (watchers * changes), unit: '%' }
    return {
      ours,
      beside: [{ name: 'p50', value: percentile(sorted, 0.5), unit: 'ms' }, share],
      target: 'p99 under 100 ms, every change seen',
      met: ours.value < 100 && delays.length === watchers * changes,
    }
  },
}

export const bigFolderRow: Row = {
  name: 'folder',
  what: 'all pages of a folder of 100,000 entries',
  async run(context) {
    const count = Math.ceil(100_000 / context.scale)
    const bench = await startBench(context)
    const { client, root: folder } = bench
    for (let n = 0; n < count; n += 200) {
      const some = Array.from({ length: Math.min(200, count - n) }, (_, i) => `entry ${n + i}`)
      await Promise.all(some.map(name => client.call('folder.create', { folder, name, onClash: 'fail' })))
    }
    const first = await timed(() => client.call('folder.list', { folder }))
    let seen = 0
    const all = await timed(async () => {
      let after: string | null | undefined
      do {
        const page = await client.call('folder.list', after ? { folder, after } : { folder })
        seen += page.entries.length
        after = page.next
      } while (after)
    })
    await bench.end()
    if (seen !== count) throw new Error(`${seen} of ${count} entries were listed`)
    const firstPage = { name: 'first page', value: first * 1000, unit: 'ms' }
    return {
      ours: { name: 'Wherry', value: all, unit: 's' },
      beside: [firstPage],
      target: 'first page under 50 ms, all under 2 s',
      met: all < 2 && first < 0.05,
    }
  },
}
