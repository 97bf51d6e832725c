import { mkdir, open, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { commandLine } from '../../../test/support/command-line.ts'
import { coturnProgram, startCoturn } from '../../../test/support/coturn.ts'
import { beginSend } from '../../../test/support/direct-sends.ts'
import { metricOf } from '../../../test/support/hub-looks.ts'
import { administrator, type HubProcess, hubProcess } from '../../../test/support/hub-process.ts'
import { makeNetworks, type Networks, whyNoNetworks } from '../../../test/support/networks.ts'
import { figure, limit, typical } from '../figures.ts'
import { type BenchContext, GiB, MiB, type Row } from '../row.ts'

/** What falls back has this long to go on. */
const lookedAtMs = 3000
const longestWaitMs = 60_000
const lookMs = 2

/** Bytes that a process wrote so far: a receiver writes a chunk as soon as it has arrived. */
const writtenBytes = async (pid: number): Promise<number> =>
  Number(/wchar: (\d+)/.exec(await readFile(`/proc/${pid}/io`, 'utf8'))?.[1] ?? 0)

/** The longest time without a chunk, in milliseconds, from now on until `ms` have passed. */
const longestGapMs = async (pid: number, ms: number): Promise<number> => {
  const started = performance.now()
  let [last, longest, written] = [started, 0, await writtenBytes(pid)]
  while (performance.now() - started < ms) {
    await sleep(lookMs)
    const now = await writtenBytes(pid)
    longest = Math.max(longest, performance.now() - last)
    // Less is a line of the journal.
    if (now - written < MiB / 2) continue
    last = performance.now()
    written = now
  }
  return longest
}

const relayedBytes = ({ url }: HubProcess): Promise<number> => metricOf(url, 'relayed_bytes_total')

/** Resolves as soon as chunks arrive that the hub does not relay. */
const whenDirect = async (hub: HubProcess, receiver: number): Promise<void> => {
  const deadline = performance.now() + longestWaitMs
  while (performance.now() < deadline) {
    const before = [await relayedBytes(hub), await writtenBytes(receiver)] as const
    await sleep(300)
    const relayed = (await relayedBytes(hub)) - before[0]
    const written = (await writtenBytes(receiver)) - before[1]
    if (written > 4 * MiB && relayed < MiB / 4) return
  }
  throw new Error('no direct way was used')
}

/** Larger than what can arrive while it is looked at; nothing in it, as it is sealed anyway. */
const sparseFile = async (path: string): Promise<string> => {
  const file = await open(path, 'w')
  await file.truncate(2 * GiB)
  await file.close()
  return path
}

type Gaps = { before: number; after: number }

/** From one home to another, whose direct way is cut for good in the middle of it. */
const fallBack = async (
  { directory, defer }: BenchContext,
  hub: HubProcess,
  { address, homes }: Networks,
  n: number,
): Promise<Gaps> => {
  const work = join(directory, `run${n}`)
  const target = join(work, 'target')
  await mkdir(target, { recursive: true })
  const [ada, bob] = homes.map((home, i) => commandLine(join(work, `home${i}`), home.under))
  if (!ada || !bob) throw new Error('there are two homes')
  const url = `http://${address}:${hub.port}`
  const { email, password } = administrator
  await ada.json(['login', url, '--email', email, '--password-stdin'], password)
  const sending = await beginSend(ada, [await sparseFile(join(work, 'big.bin'))])
  const receiving = bob.start(['receive', target, '--hub', url, '--yes', '--json'], `${sending.code}\n`)
  const stop = () => {
    for (const { process } of [sending, receiving]) process.kill('SIGKILL')
  }
  defer(stop)
  const pid = receiving.process.pid ?? 0
  try {
    await whenDirect(hub, pid)
    const before = await longestGapMs(pid, lookedAtMs / 3)
    await whenDirect(hub, pid)
    homes[0].cut('direct')
    return { before, after: await longestGapMs(pid, lookedAtMs) }
  } finally {
    homes[0].heal()
    stop()
    await Promise.all([sending.result, receiving.result])
    await rm(work, { recursive: true, force: true })
  }
}

export const fallbackRow: Row = {
  name: 'fallback',
  what: 'longest time without a chunk in the 3 s after the direct way of two command lines was cut',
  async run(context) {
    const whyNot = coturnProgram ? whyNoNetworks() : 'coturn is not installed.'
    if (whyNot) throw new Error(whyNot)
    const networks = makeNetworks(['full cone', 'full cone'])
    context.defer(networks.remove)
    const stun = await startCoturn(networks.address)
    context.defer(stun.stop)
    const hub = await hubProcess({
      WHERRY_ADMIN_EMAIL: administrator.email,
      WHERRY_ADMIN_PASSWORD: administrator.password,
      WHERRY_HOST: '0.0.0.0',
      WHERRY_STUN: stun.environment.WHERRY_STUN,
    })
    context.defer(hub.remove)
    await hub.start()
    const gaps: Gaps[] = []
    for (let n = 0; n < context.repetitions; n++) gaps.push(await fallBack(context, hub, networks, n))
    const ours = figure('Wherry', 'ms', ...gaps.map(({ after }) => after))
    return {
      ours,
      beside: [figure('before the cut, in 1 s', 'ms', ...gaps.map(({ before }) => before))],
      rules: [limit('under 500 ms', typical(ours) < 500)],
      cost: null,
    }
  },
}
