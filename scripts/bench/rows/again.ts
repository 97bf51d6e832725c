import { createReadStream, createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { runAlone } from '../client-process.ts'
import { against, figure, limit, rate, typical } from '../figures.ts'
import { randomFile } from '../files.ts'
import { withHub } from '../hub.ts'
import { type Cost, GiB, MiB, type Row } from '../row.ts'
import { averageCost } from './upload.ts'

export const againRow: Row = {
  name: 'again',
  what: 'the same 1 GiB again, read and compared',
  async run(context) {
    const size = GiB / context.scale
    const path = await randomFile(join(context.directory, 'big.bin'), size)
    const hashed: number[] = []
    const ours: number[] = []
    const sent: number[] = []
    const costs: Cost[] = []
    await withHub(context, async ({ client, address, cost }) => {
      await client.run('upload', { ...address, paths: [path] })
      for (let n = 0; n < context.repetitions; n++) {
        hashed.push((await runAlone(context, 'readAndHash', { path })).seconds)
        const took = await cost(() => client.run('upload', { ...address, paths: [path] }))
        ours.push(took.seconds)
        sent.push((100 * took.sentBytes) / size)
        costs.push(took.cost)
      }
    })
    const wherry = rate('Wherry', size, ours)
    return {
      ours: wherry,
      beside: [rate('read and SHA-256 in one thread', size, hashed), figure('sent', '%', ...sent)],
      rules: [against('under 1 % sent', Math.max(...sent) < 1), limit('900 MB/s', typical(wherry) >= 900)],
      cost: averageCost(costs),
    }
  },
}

export const rememberedRow: Row = {
  name: 'remembered',
  what: 'the same 1 GiB again, unchanged since this client uploaded it',
  async run(context) {
    const size = GiB / context.scale
    const path = await randomFile(join(context.directory, 'big.bin'), size)
    const memory = join(context.directory, 'memory')
    return withHub(context, async ({ client, address, cost }) => {
      const params = { ...address, paths: [path], memory }
      const first = await client.run('upload', params)
      const again = await cost(() => client.run('upload', params))
      return {
        ours: figure('Wherry', 's', again.seconds),
        beside: [
          figure('the first time', 's', first.seconds),
          figure('bytes read', '', again.readBytes),
          figure('bytes sent', '', again.sentBytes),
        ],
        rules: [against('not read', again.readBytes === 0), against('nothing sent', again.sentBytes === 0)],
        cost: again.cost,
      }
    })
  },
}

export const insertedRow: Row = {
  name: 'inserted',
  what: '1 GiB with 1 MiB inserted at its start',
  async run(context) {
    const size = GiB / context.scale
    const path = await randomFile(join(context.directory, 'big.bin'), size)
    const longer = await randomFile(join(context.directory, 'longer.bin'), MiB)
    await pipeline(createReadStream(path), createWriteStream(longer, { flags: 'a' }))
    return withHub(context, async ({ client, address, cost }) => {
      await client.run('upload', { ...address, paths: [path] })
      const took = await cost(() => client.run('upload', { ...address, paths: [longer] }))
      return {
        ours: figure('sent', '%', (100 * took.sentBytes) / size),
        beside: [
          figure('inserted', '%', (100 * MiB) / size),
          figure('sent', 'MB', took.sentBytes / 1e6),
          rate('Wherry', size + MiB, [took.seconds]),
        ],
        rules: [limit('under 1 % sent', took.sentBytes < 0.01 * size)],
        cost: took.cost,
      }
    })
  },
}
