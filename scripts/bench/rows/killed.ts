import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readConfig } from '../../../server/config.ts'
import { runAlone } from '../client-process.ts'
import { figure, limit } from '../figures.ts'
import { randomFile } from '../files.ts'
import { type Bench, withHub } from '../hub.ts'
import { type BenchContext, GiB, MiB, type Row } from '../row.ts'

type Victims = { hub: boolean; client: boolean }

const bytesIn = async (ledger: string): Promise<number> => {
  const lines = (await readFile(ledger, 'utf8')).trimEnd().split('\n')
  return lines.reduce((sum, line) => sum + Number(line.split(' ')[2] ?? 0), 0)
}

/** Uploads, kills with SIGKILL when half is sent, and goes on; answers the bytes of slices that were sent twice. */
const sentTwice = async (context: BenchContext, bench: Bench, path: string, victims: Victims) => {
  const size = GiB / context.scale
  const ledger = join(context.directory, `ledger-${victims.hub}-${victims.client}`)
  const params = { ...bench.address, paths: [path], ledger: { path: ledger, tellAt: size / 2 } }
  const killed = Promise.withResolvers<void>()
  const kill = async () => {
    await Promise.all([victims.hub && bench.hub.kill(), victims.client && bench.client.kill()])
    if (victims.hub) await bench.hub.start()
  }
  const first = bench.client.run('upload', params, () => kill().then(killed.resolve, killed.reject))
  if (victims.client) {
    await first.then(
      () => Promise.reject(new Error('the upload was over before it could be killed')),
      () => killed.promise,
    )
    await runAlone(context, 'upload', { ...params, ledger: { path: ledger, tellAt: Number.MAX_VALUE } })
  } else await Promise.all([first, killed.promise])
  return (await bytesIn(ledger)) - size
}

/** What a hub grants one connection by default. */
const { windowBytes } = readConfig({})

export const killedRow: Row = {
  name: 'killed',
  what: 'upload of 1 GiB, killed with SIGKILL at half and resumed',
  async run(context) {
    const path = await randomFile(join(context.directory, 'big.bin'), GiB / context.scale)
    const run = (victims: Victims) =>
      withHub(context, async bench => (await sentTwice(context, bench, path, victims)) / MiB)
    const hub = await run({ hub: true, client: false })
    const client = await run({ hub: false, client: true })
    const both = await run({ hub: true, client: true })
    const worst = Math.max(hub, client, both)
    return {
      ours: figure('sent twice at most', 'MiB', worst),
      beside: [
        figure('the window', 'MiB', windowBytes / MiB),
        figure('hub killed', 'MiB', hub),
        figure('client killed', 'MiB', client),
        figure('both killed', 'MiB', both),
      ],
      rules: [limit('at most one window sent twice', worst <= windowBytes / MiB)],
      cost: null,
    }
  },
}
