import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { commandLine } from '../../../test/support/command-line.ts'
import { beginSend, outcomeOf } from '../../../test/support/direct-sends.ts'
import { administrator, type HubProcess } from '../../../test/support/hub-process.ts'
import { rtcProcessesOf } from '../../../test/support/rtc-processes.ts'
import { bare, betweenPages, type Took } from '../direct-pages.ts'
import { against, figure, median, rate, typical } from '../figures.ts'
import { randomFile } from '../files.ts'
import { withHub } from '../hub.ts'
import { cpuSecondsOf } from '../processes.ts'
import { type BenchContext, MiB, type Row } from '../row.ts'

const secondsOf = (all: readonly Took[]): number[] => all.map(({ seconds }) => seconds)
const cpuOf = (all: readonly Took[]): number => median(all.map(({ cpuSeconds }) => cpuSeconds))

/** With a hub, and one that relays nothing: by the second, what pages send each other goes the direct way or none. */
const withHubs = (
  context: BenchContext,
  work: (hub: HubProcess, hubWithoutRelay: HubProcess) => Promise<void>,
): Promise<void> =>
  withHub(context, ({ hub }) =>
    withHub(context, ({ hub: other }) => work(hub, other), { WHERRY_RELAY_ROOM_BYTES: '0' }),
  )

export const directBrowserRow: Row = {
  name: 'direct-browser',
  what: 'direct send of 256 MiB from one page of Chromium to another',
  async run(context) {
    const bytes = (256 * MiB) / context.scale
    const path = await randomFile(join(context.directory, 'big.bin'), bytes)
    const [raw, ours, auto]: [Took[], Took[], Took[]] = [[], [], []]
    await withHubs(context, async (hub, hubWithoutRelay) => {
      for (let n = 0; n < context.repetitions; n++) {
        raw.push(await bare(context, hub, bytes))
        ours.push(await betweenPages(context, hubWithoutRelay, path))
        if (n === 0) auto.push(await betweenPages(context, hub, path))
      }
    })
    const wherry = rate('Wherry', bytes, secondsOf(ours))
    const channel = rate('a bare data channel of the same pages', bytes, secondsOf(raw))
    const [share, cpuShare] = [typical(wherry) / typical(channel), cpuOf(ours) / cpuOf(raw)]
    return {
      ours: wherry,
      beside: [
        channel,
        figure('of the bare channel', '', share),
        figure('CPU of the browsers', 's', cpuOf(ours)),
        figure('of the bare channel', 's', cpuOf(raw)),
        rate('by whichever way is the faster', bytes, secondsOf(auto)),
        figure('CPU of the browsers then', 's', cpuOf(auto)),
      ],
      rules: [
        against('0.85 of the bare channel', share >= 0.85),
        against('at most 1.25 of its CPU', cpuShare <= 1.25),
      ],
      cost: null,
    }
  },
}

/** The CPU seconds of a process and of its WebRTC, which may end at any time, as far as they were seen. */
const watchCpu = (pid = 0) => {
  let seen = 0
  const look = async () => {
    const pids = [pid, ...(await rtcProcessesOf(pid))]
    const all = await Promise.all(pids.map(one => cpuSecondsOf(one).catch(() => 0)))
    seen = Math.max(
      seen,
      all.reduce((sum, seconds) => sum + seconds),
    )
  }
  const looking = setInterval(() => void look(), 250)
  return () => {
    clearInterval(looking)
    return seen
  }
}

/** By `way`, which `--path` says to both. */
const betweenCommandLines = async (
  { directory }: BenchContext,
  hub: HubProcess,
  file: string,
  way: 'auto' | 'direct',
): Promise<Took> => {
  const work = await mkdtemp(join(directory, 'lines-'))
  const target = join(work, 'target')
  await mkdir(target)
  const [ada, bob] = [commandLine(join(work, 'ada')), commandLine(join(work, 'bob'))]
  const { email, password } = administrator
  await ada.json(['login', hub.url, '--email', email, '--password-stdin'], password)
  const path = ['--path', way]
  const sending = await beginSend(ada, [file, ...path])
  const receive = ['receive', target, '--hub', hub.url, '--yes', '--json', ...path]
  const receiving = bob.start(receive, `${sending.code}\n`)
  const stops = [watchCpu(sending.process.pid), watchCpu(receiving.process.pid)]
  try {
    const [, received] = await Promise.all([sending.result, receiving.result])
    const { seconds } = outcomeOf(received)
    return { seconds, cpuSeconds: stops.reduce((sum, stop) => sum + stop(), 0) }
  } finally {
    for (const stop of stops) stop()
    for (const { process } of [sending, receiving]) process.kill('SIGKILL')
    await rm(work, { recursive: true, force: true })
  }
}

export const directCliRow: Row = {
  name: 'direct-cli',
  what: 'direct send of 512 MiB from one command line to another, to disk',
  async run(context) {
    const bytes = (512 * MiB) / context.scale
    const path = await randomFile(join(context.directory, 'big.bin'), bytes)
    const small = await randomFile(join(context.directory, 'small.bin'), bytes / 4)
    const [direct, auto, pages]: [Took[], Took[], Took[]] = [[], [], []]
    await withHubs(context, async (hub, hubWithoutRelay) => {
      for (let n = 0; n < context.repetitions; n++) {
        direct.push(await betweenCommandLines(context, hub, path, 'direct'))
        auto.push(await betweenCommandLines(context, hub, path, 'auto'))
        pages.push(await betweenPages(context, hubWithoutRelay, small))
      }
    })
    const wherry = rate('Wherry', bytes, secondsOf(direct))
    const chromium = rate('from one page of Chromium to another', bytes / 4, secondsOf(pages))
    return {
      ours: wherry,
      beside: [
        chromium,
        rate('by whichever way is the faster', bytes, secondsOf(auto)),
        figure('CPU of both', 's', cpuOf(direct)),
      ],
      rules: [against('twice Chromium to Chromium', typical(wherry) >= 2 * typical(chromium))],
      cost: null,
    }
  },
}
