import { execFile } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { against, figure, limit, rate, typical } from '../figures.ts'
import { randomFile, randomFiles } from '../files.ts'
import { withHub } from '../hub.ts'
import { type BenchContext, type Cost, MiB, type Row } from '../row.ts'
import { averageCost, tusSeconds, warmUpFile } from './upload.ts'

/** `cp -r`, which leaves the files to the page cache, and with the `sync` after it that makes them as durable as ours. */
const copySeconds = async ({ directory }: BenchContext, from: string) => {
  const to = join(directory, 'copy')
  const started = performance.now()
  const sinceStart = () => (performance.now() - started) / 1000
  await promisify(execFile)('cp', ['-r', from, to])
  const copied = sinceStart()
  await promisify(execFile)('sync', ['-f', to])
  const durable = sinceStart()
  await rm(to, { recursive: true })
  return { copied, durable }
}

export const smallFilesRow: Row = {
  name: 'small',
  what: '10,000 files of 10 KiB, each durable and visible',
  async run(context) {
    const count = 10_000 / context.scale
    const from = join(context.directory, 'small')
    const paths = await randomFiles(from, count, 10 * 1024)
    const warmUp = await randomFiles(join(context.directory, 'warm-up'), 200, 10 * 1024)
    const copied: number[] = []
    const durable: number[] = []
    const ours: number[] = []
    const costs: Cost[] = []
    for (let n = 0; n < context.repetitions; n++) {
      const copy = await copySeconds(context, from)
      copied.push(count / copy.copied)
      durable.push(count / copy.durable)
      await withHub(context, async ({ client, address, cost }) => {
        await client.run('upload', { ...address, paths: warmUp })
        const took = await cost(() => client.run('upload', { ...address, paths }))
        ours.push(count / took.seconds)
        costs.push(took.cost)
      })
    }
    const [wherry, cp] = [figure('Wherry', 'files/s', ...ours), figure('cp -r', 'files/s', ...copied)]
    return {
      ours: wherry,
      beside: [cp, figure('cp -r and sync', 'files/s', ...durable)],
      rules: [
        limit('5,000 files/s', typical(wherry) >= 5000),
        against('faster than cp -r', typical(wherry) > typical(cp)),
      ],
      cost: averageCost(costs),
    }
  },
}

export const mediumFilesRow: Row = {
  name: 'medium',
  what: '200 files of 5 MiB',
  async run(context) {
    const count = 200 / context.scale
    const size = count * 5 * MiB
    const paths = await randomFiles(join(context.directory, 'medium'), count, 5 * MiB)
    const big = await randomFile(join(context.directory, 'big.bin'), size)
    const warmUp = await warmUpFile(context.directory)
    const tus: number[] = []
    const one: number[] = []
    const ours: number[] = []
    const costs: Cost[] = []
    for (let n = 0; n < context.repetitions; n++) {
      tus.push(await tusSeconds(context, paths, warmUp))
      await withHub(context, async ({ client, address, cost }) => {
        await client.run('upload', { ...address, paths: [warmUp] })
        one.push((await client.run('upload', { ...address, paths: [big] })).seconds)
        const took = await cost(() => client.run('upload', { ...address, paths }))
        ours.push(took.seconds)
        costs.push(took.cost)
      })
    }
    const [wherry, single, tusRate] = [
      rate('Wherry', size, ours),
      rate('one file of that size', size, one),
      rate('tus', size, tus),
    ]
    return {
      ours: wherry,
      beside: [single, tusRate],
      rules: [
        against('0.9 of one file', typical(wherry) >= 0.9 * typical(single)),
        against('faster than tus', typical(wherry) > typical(tusRate)),
      ],
      cost: averageCost(costs),
    }
  },
}
