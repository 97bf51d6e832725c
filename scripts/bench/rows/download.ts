import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { runAlone } from '../client-process.ts'
import { against, figure, rate, typical } from '../figures.ts'
import { randomFile } from '../files.ts'
import { withHub } from '../hub.ts'
import { withNginx } from '../nginx.ts'
import { withPeer } from '../peer.ts'
import { type Cost, GiB, type Row } from '../row.ts'
import { averageCost } from './upload.ts'

export const downloadRow: Row = {
  name: 'download',
  what: 'download of 1 GiB',
  async run(context) {
    const size = GiB / context.scale
    const path = await randomFile(join(context.directory, 'big.bin'), size)
    const target = join(context.directory, 'got.bin')
    const raw: number[] = []
    const ours: number[] = []
    const costs: Cost[] = []
    await withHub(context, async ({ client, address, cost }) => {
      await client.run('upload', { ...address, paths: [path] })
      for (let n = 0; n < context.repetitions; n++) {
        const received = await withPeer(context, 'raw-sockets.ts', ({ port }) =>
          runAlone(context, 'rawDownload', { port, bytes: size }),
        )
        raw.push(received.seconds)
        const took = await cost(() => client.run('download', { ...address, name: 'big.bin', path: target }))
        ours.push(took.seconds)
        costs.push(took.cost)
        await rm(target)
      }
    })
    const [wherry, limitOf] = [rate('Wherry', size, ours), rate('raw uWebSockets to ws', size, raw)]
    const share = typical(wherry) / typical(limitOf)
    return {
      ours: wherry,
      beside: [limitOf, figure('of raw', '', share)],
      rules: [against('0.30 of raw', share >= 0.3)],
      cost: averageCost(costs),
    }
  },
}

export const signedUrlRow: Row = {
  name: 'url',
  what: 'download of 1 GiB by signed address with a plain HTTP client',
  async run(context) {
    const size = GiB / context.scale
    const path = await randomFile(join(context.directory, 'big.bin'), size)
    const nginx: number[] = []
    const ours: number[] = []
    const costs: Cost[] = []
    await withHub(context, async ({ client, address, cost }) => {
      await client.run('upload', { ...address, paths: [path] })
      for (let n = 0; n < context.repetitions; n++) {
        const sent = await withNginx(context, url =>
          runAlone(context, 'readUrl', { url: `${url}/big.bin`, size }),
        )
        nginx.push(sent.seconds)
        const url = await client.run('signedUrl', { ...address, name: 'big.bin' })
        const took = await cost(() => runAlone(context, 'readUrl', { url, size }))
        ours.push(took.seconds)
        costs.push(took.cost)
      }
    })
    const [wherry, sendfile] = [rate('Wherry', size, ours), rate('nginx sendfile', size, nginx)]
    const share = typical(wherry) / typical(sendfile)
    return {
      ours: wherry,
      beside: [sendfile, figure('of nginx', '', share)],
      rules: [against('0.4 of nginx', share >= 0.4)],
      cost: averageCost(costs),
    }
  },
}
