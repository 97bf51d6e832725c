import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { startClient } from './client-process.ts'
import { median } from './figures.ts'
import { type Bench, withHub } from './hub.ts'
import { memoryOf } from './processes.ts'
import type { BenchContext } from './row.ts'

/**
 * Runs a hub for long and looks whether something grows: memory, open files, the delay of its event loop.
 *   --minutes N        of mixed load, 30 by default
 *   --sockets N        idle ones beside it at first, 10,000 by default, from two processes
 *   --idle-minutes N   how long these stay, 5 by default
 */
const { values: options } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    sockets: { type: 'string', default: '10000' },
    'idle-minutes': { type: 'string', default: '5' },
  },
})
const sockets = Number(options.sockets)
/** Often enough for four quarters also of a short run. */
const sampleSeconds = Math.min(10, Number(options.minutes) * 3)
const watchers = 100

type Sample = { memoryMB: number; files: number; delayMs: number }

/** The sampler of the metrics waits as long itself between two looks. */
const samplerMs = 10

const sample = async ({ hub }: Bench): Promise<Sample> => {
  const text = await (await fetch(`${hub.url}/metrics`)).text()
  const p99 = Number(/^nodejs_eventloop_lag_p99_seconds (\S+)$/m.exec(text)?.[1]) * 1000
  return {
    memoryMB: await memoryOf(hub.pid(), 'VmRSS'),
    files: (await readdir(`/proc/${hub.pid()}/fd`)).length,
    delayMs: p99 - samplerMs,
  }
}

const inWords = ({ memoryMB, files, delayMs }: Sample): string =>
  `${memoryMB.toFixed(0)} MB, ${files} open files, event loop's delay p99 ${delayMs.toFixed(1)} ms`

const middle = (samples: readonly Sample[]): Sample => ({
  memoryMB: median(samples.map(({ memoryMB }) => memoryMB)),
  files: median(samples.map(({ files }) => files)),
  delayMs: median(samples.map(({ delayMs }) => delayMs)),
})

/** A process that does everything, round after round, and one that makes changes and watches them by many connections. */
const load = async (context: BenchContext, { address }: Bench, seconds: number): Promise<number> => {
  const [watching, working] = [startClient(context), startClient(context)]
  try {
    const changes = Math.floor(seconds * 5)
    const [seen, rounds] = await Promise.all([
      watching.run('watchFolder', { ...address, watchers, changes, aSecond: 5 }),
      working.run('mixed', { ...address, seconds, everySeconds: 1 }),
    ])
    // Changes of the others are seen besides, under names that are not counted.
    if (seen.delays.length !== seen.expected)
      throw new Error(`${seen.expected - seen.delays.length} changes were not seen.`)
    return rounds
  } finally {
    await Promise.all([watching.kill(), working.kill()])
  }
}

const sampled = async <T>(bench: Bench, work: Promise<T>): Promise<{ result: T; samples: Sample[] }> => {
  const samples: Sample[] = []
  let isOver = false
  const settled = work.finally(() => {
    isOver = true
  })
  settled.catch(() => {})
  while (!isOver) {
    await Promise.race([setTimeout(sampleSeconds * 1000), settled.catch(() => {})])
    if (!isOver) samples.push(await sample(bench))
  }
  return { result: await settled, samples }
}

const idle = async (context: BenchContext, bench: Bench): Promise<void> => {
  // So that what the first ones load is there.
  await load(context, bench, 20)
  const before = await sample(bench)
  console.log(`before: ${inWords(before)}`)
  const holders = [startClient(context), startClient(context)]
  for (const holder of holders) await holder.run('holdClients', { ...bench.address, count: sockets / 2 })
  const held = await sample(bench)
  const each = ((held.memoryMB - before.memoryMB) * 1e6) / 1024 / sockets
  console.log(`${sockets} idle sockets: ${inWords(held)}; ${each.toFixed(1)} KB for each`)
  const seconds = Number(options['idle-minutes']) * 60
  const { result: rounds, samples } = await sampled(bench, load(context, bench, seconds))
  const { files } = await sample(bench)
  console.log(`after ${seconds} s and ${rounds} rounds: ${inWords(middle(samples))}`)
  console.log(`sockets that went by themselves: ${held.files - files}`)
  for (const holder of holders) await holder.kill()
  await setTimeout(5000)
  console.log(`closed: ${inWords(await sample(bench))}`)
}

const long = async (context: BenchContext, bench: Bench): Promise<void> => {
  const seconds = Number(options.minutes) * 60
  const { result: rounds, samples } = await sampled(bench, load(context, bench, seconds))
  const quarter = Math.floor(samples.length / 4)
  console.log(`${seconds} s of mixed load, ${rounds} rounds; medians of the quarters:`)
  for (let n = 0; n < 4; n++)
    console.log(`  ${inWords(middle(samples.slice(n * quarter, (n + 1) * quarter)))}`)
}

const stops: (() => unknown)[] = []
const directory = await mkdtemp(join(tmpdir(), 'wherry-soak-'))
const context: BenchContext = { directory, scale: 1, repetitions: 1, defer: stop => stops.push(stop) }
try {
  const room = { WHERRY_MAX_CONNECTIONS: '20000', WHERRY_MAX_CONNECTIONS_PER_ADDRESS: '20000' }
  if (sockets > 0) await withHub(context, bench => idle(context, bench), room)
  if (Number(options.minutes) > 0) await withHub(context, bench => long(context, bench))
} finally {
  for (const stop of stops.toReversed()) await Promise.resolve(stop()).catch(() => {})
  await rm(directory, { recursive: true, force: true, maxRetries: 3 })
}
process.exit(0)
