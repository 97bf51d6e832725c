import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { openPage, startBrowser } from '../../../test/support/browser.ts'
import { administrator } from '../../../test/support/hub-process.ts'
import { drop, signIn, upload } from '../../../test/support/web-steps.ts'
import { figure, rate, typical } from '../figures.ts'
import { randomFile } from '../files.ts'
import { withHub } from '../hub.ts'
import { withPeer } from '../peer.ts'
import { type BenchContext, MiB, type Row } from '../row.ts'

/** What `work` finds with a Chromium of its own. */
const withBrowser = async <T>(
  { defer }: BenchContext,
  work: (browser: Browser) => Promise<T>,
): Promise<T> => {
  const browser = await startBrowser()
  defer(() => browser.close())
  try {
    return await work(browser)
  } finally {
    await browser.close()
  }
}

/** Runs in the page: sends so many bytes from memory, and resolves with the seconds when all have arrived. */
const sendBare = async ({ port, bytes }: { port: number; bytes: number }): Promise<number> => {
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
  return (performance.now() - started) / 1000
}

const bareSeconds = (context: BenchContext, bytes: number): Promise<number> =>
  withPeer(context, 'raw-sockets.ts', ({ port }) =>
    withBrowser(context, async browser => (await browser.newPage()).evaluate(sendBare, { port, bytes })),
  )

const verified = (page: Page, name: string): Promise<void> =>
  upload(page, name)
    .getByText(/^Verified/)
    .waitFor({ timeout: 120_000 })

/** From the drop of a file on the page until it says that the hub has all of it. */
const uploadSeconds = (context: BenchContext, warmUp: string, path: string): Promise<number> =>
  withHub(context, ({ hub }) =>
    withBrowser(context, async browser => {
      const { page } = await openPage(browser, hub.url)
      await page.goto(hub.url)
      await signIn(page, administrator)
      await drop(page, [warmUp])
      await verified(page, 'warm-up.bin')
      const started = performance.now()
      await drop(page, [path])
      await verified(page, 'big.bin')
      return (performance.now() - started) / 1000
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
    const ours: number[] = []
    for (let n = 0; n < context.repetitions; n++) {
      bare.push(await bareSeconds(context, size))
      ours.push(await uploadSeconds(context, warmUp, path))
    }
    const wherry = rate('Wherry', size, ours)
    const raw = rate('bare page to uWebSockets, from memory', size, bare)
    const share = typical(wherry) / typical(raw)
    return { ours: wherry, beside: [raw, figure('of the bare page', '', share)], rules: [], cost: null }
  },
}
