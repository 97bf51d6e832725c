import { createReadStream, createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { randomFile } from '../files.ts'
import { MiB, type Row, rate, timed } from '../row.ts'
import { startBench, uploadAll } from '../wherry.ts'

/** Share of a file that was sent although the hub has its chunks. */
const sentShare = (sent: number, size: number) => ({ name: 'sent', value: (100 * sent) / size, unit: '%' })

export const againRow: Row = {
  name: 'again',
  what: 'the same 1 GiB again',
  async run(context) {
    const size = (1024 * MiB) / context.scale
    const path = await randomFile(join(context.directory, 'big.bin'), size)
    const bench = await startBench(context)
    const first = rate('the first time', size, await timed(() => uploadAll(bench, [path])))
    let sent = 0
    const seconds = await timed(async () => {
      sent = (await uploadAll(bench, [path])).sentBytes
    })
    await bench.end()
    const ours = rate('Wherry', size, seconds)
    const share = sentShare(sent, size)
    return {
      ours,
      beside: [first, share],
      target: '900 MB/s, under 1 % sent',
      met: ours.value >= 900 && share.value < 1,
    }
  },
}

export const insertedRow: Row = {
  name: 'inserted',
  what: '1 GiB with 1 MiB inserted at its start',
  async run(context) {
    const size = (1024 * MiB) / context.scale
    const path = await randomFile(join(context.directory, 'big.bin'), size)
    const longer = await randomFile(join(context.directory, 'longer.bin'), MiB)
    await pipeline(createReadStream(path), createWriteStream(longer, { flags: 'a' }))
    const bench = await startBench(context)
    await uploadAll(bench, [path])
    const { sentBytes } = await uploadAll(bench, [longer])
    await bench.end()
    const ours = sentShare(sentBytes, size + MiB)
    return { ours, beside: [], target: 'under 1 % of 1 GiB sent', met: sentBytes < 0.01 * 1024 * MiB }
  },
}
