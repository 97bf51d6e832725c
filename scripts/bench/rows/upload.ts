import { execFile } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { runAlone } from '../client-process.ts'
import { against, figure, limit, median, rate, typical } from '../figures.ts'
import { randomFile } from '../files.ts'
import { withHub } from '../hub.ts'
import { withPeer } from '../peer.ts'
import { memoryOf } from '../processes.ts'
import { type BenchContext, type Cost, GiB, MiB, type Row } from '../row.ts'

/** Both sides did something before they are measured, as they have where people use them. */
export const warmUpFile = (directory: string): Promise<string> =>
  randomFile(join(directory, 'warm-up.bin'), 256 * MiB)

const rawSeconds = (context: BenchContext, bytes: number): Promise<number> =>
  withPeer(
    context,
    'raw-sockets.ts',
    async ({ port }) => (await runAlone(context, 'rawUpload', { port, bytes })).seconds,
  )

export const tusSeconds = async (
  context: BenchContext,
  paths: readonly string[],
  warmUp: string,
): Promise<number> => {
  await mkdir(join(context.directory, 'tus'), { recursive: true })
  return withPeer(
    { ...context, directory: join(context.directory, 'tus') },
    'tus.ts',
    async ({ port }) => (await runAlone(context, 'tusUploads', { port, paths, warmUp })).seconds,
  )
}

/** What `dd` needs to write as much and flush it: the disk's part of the work. */
const diskSeconds = async (directory: string, bytes: number): Promise<number> => {
  const target = join(directory, 'disk.bin')
  const args = ['if=/dev/zero', `of=${target}`, 'bs=1M', `count=${bytes / MiB}`, 'conv=fdatasync']
  const started = performance.now()
  await promisify(execFile)('dd', args)
  const seconds = (performance.now() - started) / 1000
  await promisify(execFile)('rm', [target])
  return seconds
}

export const averageCost = (costs: readonly Cost[]): Cost => ({
  hub: median(costs.map(cost => cost.hub)),
  client: median(costs.map(cost => cost.client)),
})

export const uploadRow: Row = {
  name: 'upload',
  what: 'upload of 1 GiB',
  async run(context) {
    const size = GiB / context.scale
    const path = await randomFile(join(context.directory, 'big.bin'), size)
    const warmUp = await warmUpFile(context.directory)
    const raw: number[] = []
    const tus: number[] = []
    const disk: number[] = []
    const ours: number[] = []
    const memory: number[] = []
    const costs: Cost[] = []
    for (let n = 0; n < context.repetitions; n++) {
      raw.push(await rawSeconds(context, size))
      tus.push(await tusSeconds(context, [path], warmUp))
      disk.push(await diskSeconds(context.directory, size))
      await withHub(context, async ({ hub, client, address, cost }) => {
        await client.run('upload', { ...address, paths: [warmUp] })
        const took = await cost(() => client.run('upload', { ...address, paths: [path] }))
        ours.push(took.seconds)
        costs.push(took.cost)
        memory.push(await memoryOf(hub.pid(), 'VmHWM'))
      })
    }
    const wherry = rate('Wherry', size, ours)
    const [sink, tusRate] = [rate('raw ws to uWebSockets', size, raw), rate('tus', size, tus)]
    const share = typical(wherry) / typical(sink)
    const peak = figure('peak memory of the hub', 'MB', ...memory)
    return {
      ours: wherry,
      beside: [sink, tusRate, rate('dd with fdatasync', size, disk), figure('of raw', '', share), peak],
      rules: [
        against('0.35 of raw', share >= 0.35),
        against('faster than tus', typical(wherry) > typical(tusRate)),
        limit('hub under 350 MB', Math.max(...memory) < 350),
      ],
      cost: averageCost(costs),
    }
  },
}
