import type { Page } from 'playwright-core'
import { dropToSend, enterCode, shownCode } from '../../test/support/direct-send.ts'
import { metricOf } from '../../test/support/hub-looks.ts'
import { administrator, type HubProcess } from '../../test/support/hub-process.ts'
import { signIn, withoutPickers } from '../../test/support/web-steps.ts'
import { connectBare, pourBare } from './bare-channel.ts'
import { type OwnBrowser, startOwnBrowser } from './own-browser.ts'
import type { BenchContext } from './row.ts'

/** What a transfer itself takes, without the loading of pages before it. */
export type Took = { seconds: number; cpuSeconds: number }

/** Two people, each with a browser. */
const inBrowsers = async (
  context: BenchContext,
  work: (from: OwnBrowser, to: OwnBrowser) => Promise<Took>,
): Promise<Took> => {
  const [from, to] = [await startOwnBrowser(context), await startOwnBrowser(context)]
  try {
    return await work(from, to)
  } finally {
    await Promise.all([from.close(), to.close()])
  }
}

/** Of all that both do. */
const cpuSecondsOfBoth = async (from: OwnBrowser, to: OwnBrowser): Promise<number> =>
  (await from.cpuSeconds()) + (await to.cpuSeconds())

/** Without anything of ours, in the same browsers. */
export const bare = (context: BenchContext, hub: HubProcess, bytes: number): Promise<Took> =>
  inBrowsers(context, (from, to) =>
    from.visit(sender =>
      to.visit(async receiver => {
        for (const page of [sender, receiver]) await page.goto(`${hub.url}/go`)
        await connectBare(sender, receiver)
        const before = await cpuSecondsOfBoth(from, to)
        const started = performance.now()
        await pourBare(sender, receiver, bytes)
        const seconds = (performance.now() - started) / 1000
        return { seconds, cpuSeconds: (await cpuSecondsOfBoth(from, to)) - before }
      }),
    ),
  )

/** Enough for the visit to be over. */
const acceptAfterMs = 500

/** Answers when it will be. */
const acceptSoon = (page: Page): Promise<number> =>
  page.getByRole('button', { name: 'Accept', exact: true }).evaluate((button: HTMLElement, ms) => {
    setTimeout(() => button.click(), ms)
    return Date.now() + ms
  }, acceptAfterMs)

const longestMs = 120_000

/** Both sides have left: the sender was told that everything arrived. */
const untilOver = async (hub: HubProcess): Promise<void> => {
  const deadline = performance.now() + longestMs
  while ((await metricOf(hub.url, 'rooms')) > 0) {
    if (performance.now() > deadline) throw new Error('The send did not end.')
    await new Promise(resolve => setTimeout(resolve, 200))
  }
}

/** From the click that accepts until both know that everything arrived, while nobody watches the pages. */
export const betweenPages = (context: BenchContext, hub: HubProcess, path: string): Promise<Took> =>
  inBrowsers(context, async (from, to) => {
    const { before, startedAt } = await from.visit(sender =>
      to.visit(async receiver => {
        await sender.goto(`${hub.url}/send`)
        await signIn(sender, administrator)
        await dropToSend(sender, [path])
        await receiver.addInitScript(withoutPickers)
        await receiver.goto(`${hub.url}/go`)
        await enterCode(receiver, await shownCode(sender))
        await receiver.getByRole('button', { name: 'Accept', exact: true }).waitFor()
        return { before: await cpuSecondsOfBoth(from, to), startedAt: await acceptSoon(receiver) }
      }),
    )
    await untilOver(hub)
    const seconds = (Date.now() - startedAt) / 1000
    const cpuSeconds = (await cpuSecondsOfBoth(from, to)) - before
    await from.visit(page => page.getByText('Delivered and verified').waitFor({ timeout: 5000 }))
    return { seconds, cpuSeconds }
  })
