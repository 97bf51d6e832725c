import type { Doors, RelayedAs } from '../client/relay.ts'
import { runAlone, startClient } from '../client-process.ts'
import { against, figure, limit, rate, typical } from '../figures.ts'
import { type Bench, withHub } from '../hub.ts'
import { memoryOf } from '../processes.ts'
import { type BenchContext, type Cost, MiB, type Row } from '../row.ts'
import { averageCost } from './upload.ts'

type Load = { count: number; bytes: number; as: RelayedAs }
type Relayed = { seconds: number; cpuSeconds: number }

/** From one client process through the hub to another; the receiver's clock. */
const relay = async (context: BenchContext, { client, address }: Bench, load: Load): Promise<Relayed> => {
  const { count, ...work } = load
  const receiver = startClient(context)
  try {
    const doors = Promise.withResolvers<Doors>()
    const sent = client.run('relayOut', { ...address, ...load }, told => doors.resolve(JSON.parse(told)))
    sent.catch(doors.reject)
    const got = await receiver.run('relayIn', { ...address, ...work, ...(await doors.promise) })
    const { cpuSeconds } = await sent
    return { seconds: got.seconds, cpuSeconds: cpuSeconds + got.cpuSeconds }
  } finally {
    await receiver.kill()
  }
}

export const sealedRelayRow: Row = {
  name: 'sealed-relay',
  what: 'direct send of 512 MiB that the hub relays, sealed and verified',
  async run(context) {
    const bytes = (512 * MiB) / context.scale
    const [sealed, unsealed, pumped, costs]: [number[], number[], Relayed[], Cost[]] = [[], [], [], []]
    await withHub(context, async bench => {
      await relay(context, bench, { count: 1, bytes: bytes / 16, as: 'sealed' })
      for (let n = 0; n < context.repetitions; n++) {
        pumped.push(await relay(context, bench, { count: 1, bytes, as: 'pumped' }))
        unsealed.push((await relay(context, bench, { count: 1, bytes, as: 'unsealed' })).seconds)
        const took = await bench.cost(() => relay(context, bench, { count: 1, bytes, as: 'sealed' }))
        sealed.push(took.seconds)
        costs.push(took.cost)
      }
    })
    const ours = rate('Wherry', bytes, sealed)
    const plain = rate('the same send, relayed without sealing', bytes, unsealed)
    const raw = rate(
      'as many bytes through the same relay, one message over and over: not read, cut, hashed, sealed, acknowledged, put together or verified',
      bytes,
      pumped.map(({ seconds }) => seconds),
    )
    const pumpedCpu = pumped.map(({ cpuSeconds }) => cpuSeconds)
    const least = await runAlone(context, 'sealAndHash', { bytes })
    const [share, rawShare] = [typical(ours) / typical(plain), typical(ours) / typical(raw)]
    return {
      ours,
      beside: [
        plain,
        figure('of that', '', share),
        raw,
        figure('of that', '', rawShare),
        figure('clients of that', 'CPU seconds', ...pumpedCpu),
        figure('SHA-256 on both sides, sealing and opening alone', 'CPU seconds', least.cpuSeconds),
      ],
      rules: [
        against('0.7 of the same send without sealing', share >= 0.7),
        against('0.7 of one message over and over', rawShare >= 0.7),
      ],
      cost: averageCost(costs),
    }
  },
}

const relays = 10

/** The most memory that a process has while `work` runs, looked at often, in MB. */
const mostMemory = async (pid: number, work: () => Promise<unknown>): Promise<number> => {
  let most = 0
  const look = async () => {
    most = Math.max(most, await memoryOf(pid, 'VmRSS'))
  }
  const looking = setInterval(() => void look(), 50)
  try {
    await work()
  } finally {
    clearInterval(looking)
  }
  await look()
  return most
}

export const relaysRow: Row = {
  name: 'relays',
  what: 'memory of the hub while it relays ten direct sends of 256 MiB',
  async run(context) {
    const load: Load = { count: relays, bytes: (256 * MiB) / context.scale, as: 'pumped' }
    return withHub(context, async bench => {
      const pid = bench.hub.pid()
      // So that what the first sign-in and the first relay load is not counted.
      await relay(context, bench, { ...load, count: 1, bytes: MiB })
      const idle = await memoryOf(pid, 'VmRSS')
      let seconds = 0
      const most = await mostMemory(pid, async () => {
        seconds = (await relay(context, bench, load)).seconds
      })
      const above = ((most - idle) * 1e6) / MiB
      return {
        ours: figure('above idle', 'MiB', above),
        beside: [
          figure('the hub without them', 'MB', idle),
          rate('all ten together', relays * load.bytes, [seconds]),
        ],
        rules: [limit('under 64 MiB above idle', above < 64)],
        cost: null,
      }
    })
  },
}
