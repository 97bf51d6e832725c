import { join } from 'node:path'
import { administrator } from '../../../test/support/hub-process.ts'
import { signedInClient } from '../../../test/support/transfer-client.ts'
import { drop, signIn, upload } from '../../../test/support/web-steps.ts'
import { figure, rate, typical } from '../figures.ts'
import { randomFile } from '../files.ts'
import { withHub } from '../hub.ts'
import { type OwnBrowser, startOwnBrowser } from '../own-browser.ts'
import { withPeer } from '../peer.ts'
import { cpuSecondsOf } from '../processes.ts'
import { type BenchContext, type Cost, MiB, type Row } from '../row.ts'
import { averageCost } from './upload.ts'

/** What `work` finds with a Chromium of its own. */
const withBrowser = async <T>(
  context: BenchContext,
  work: (browser: OwnBrowser) => Promise<T>,
): Promise<T> => {
  const browser = await startOwnBrowser(context)
  try {
    return await work(browser)
  } finally {
    await browser.close()
  }
}

const until = async (isSo: () => Promise<boolean>): Promise<void> => {
  const deadline = performance.now() + 120_000
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error('Chromium did not end its upload.')
    await new Promise(resolve => setTimeout(resolve, 50))
  }
}

/** Runs in the page: sends so many bytes from memory once the visit is over; the title tells how long all of them took. */
const sendBareSoon = ({ port, bytes }: { port: number; bytes: number }): void => {
  const send = async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/`)
    await new Promise(resolve => {
      socket.onopen = resolve
    })
    const message = new Uint8Array(2 ** 20)
    const started = performance.now()
    for (let sent = 0; sent < bytes; sent += message.length) {
      while (socket.bufferedAmount > 8 * message.length) await new Promise(resolve => setTimeout(resolve, 1))
      socket.send(message)
    }
    await new Promise(resolve => {
      socket.onmessage = resolve
      socket.send('all?')
    })
    document.title = `arrived after ${performance.now() - started} ms`
  }
  setTimeout(send, 500)
}

const bareSeconds = (context: BenchContext, bytes: number): Promise<number> =>
  withPeer(context, 'raw-sockets.ts', ({ port }) =>
    withBrowser(context, async browser => {
      await browser.visit(page => page.evaluate(sendBareSoon, { port, bytes }))
      let ms = 0
      await until(async () => {
        ms = Number(/^arrived after (\S+) ms$/.exec(await browser.title())?.[1] ?? 0)
        return ms > 0
      })
      return ms / 1000
    }),
  )

/** From the drop of a file on the page until it is an entry of the hub, while nobody watches the page. */
const uploadOnce = (
  context: BenchContext,
  warmUp: string,
  path: string,
): Promise<{ seconds: number; cost: Cost }> =>
  withHub(context, ({ hub }) =>
    withBrowser(context, async browser => {
      const { client, root } = await signedInClient(hub.url, administrator)
      const isThere = async () => (await client.call('folder.list', { folder: root })).total === 2
      try {
        await browser.visit(async page => {
          await page.goto(hub.url)
          await signIn(page, administrator)
          await drop(page, [warmUp])
          await upload(page, 'warm-up.bin')
            .getByText(/^Verified/)
            .waitFor()
        })
        const before = { hub: await cpuSecondsOf(hub.pid()), client: await browser.cpuSeconds() }
        const started = performance.now()
        await browser.visit(page => drop(page, [path]))
        await until(isThere)
        const seconds = (performance.now() - started) / 1000
        const after = { hub: await cpuSecondsOf(hub.pid()), client: await browser.cpuSeconds() }
        return { seconds, cost: { hub: after.hub - before.hub, client: after.client - before.client } }
      } finally {
        client.close()
      }
    }),
  )

export const browserRow: Row = {
  name: 'browser',
  what: 'upload of 512 MiB from Chromium',
  async run(context) {
    const size = (512 * MiB) / context.scale
    const path = await randomFile(join(context.directory, 'big.bin'), size)
    const warmUp = await randomFile(join(context.directory, 'warm-up.bin'), 16 * MiB)
    const bare: number[] = []
    const ours: Awaited<ReturnType<typeof uploadOnce>>[] = []
    for (let n = 0; n < context.repetitions; n++) {
      bare.push(await bareSeconds(context, size))
      ours.push(await uploadOnce(context, warmUp, path))
    }
    const wherry = rate(
      'Wherry',
      size,
      ours.map(({ seconds }) => seconds),
    )
    const raw = rate('bare page to uWebSockets, from memory', size, bare)
    const share = typical(wherry) / typical(raw)
    const cost = averageCost(ours.map(({ cost }) => cost))
    return { ours: wherry, beside: [raw, figure('of the bare page', '', share)], rules: [], cost }
  },
}
