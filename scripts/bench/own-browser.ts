import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { chromium, type Page } from 'playwright-core'
import { browserFlags } from '../../test/support/browser.ts'
import { findChromium } from '../find-chromium.mjs'
import type { BenchContext } from './row.ts'

/**
 * A Chromium of somebody: with a profile on disk, because a private window keeps received files in memory, and without a
 * tool that watches it while it is measured, because that is given a copy of all that goes through a WebSocket.
 */
export type OwnBrowser = {
  /** Does something in its one page, which stays as it is between two visits. */
  visit<T>(work: (page: Page) => Promise<T>): Promise<T>
  /** Of all its processes. */
  cpuSeconds(): Promise<number>
  /** Of its page: how a page can say something while nobody visits it. */
  title(): Promise<string>
  close(): Promise<void>
}

const addressIn = async (output: NodeJS.ReadableStream): Promise<string> => {
  for await (const line of createInterface(output)) {
    const address = /DevTools listening on (ws:\S+)/.exec(line)?.[1]
    if (address !== undefined) return address
  }
  throw new Error('Chromium did not start.')
}

type Answers = {
  'SystemInfo.getProcessInfo': { processInfo: { cpuTime: number }[] }
  'Target.getTargets': { targetInfos: { type: string; title: string }[] }
}

/** By itself, because a test tool looks at every page as soon as it is connected. */
const ask = <M extends keyof Answers>(address: string, method: M): Promise<Answers[M]> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(address)
    socket.onopen = () => socket.send(JSON.stringify({ id: 1, method }))
    socket.onmessage = ({ data }: MessageEvent<string>) => {
      resolve((JSON.parse(data) as { result: Answers[M] }).result)
      socket.close()
    }
    socket.onerror = () => reject(new Error('Chromium cannot be asked.'))
  })

export const startOwnBrowser = async ({ directory, defer }: BenchContext): Promise<OwnBrowser> => {
  const profile = await mkdtemp(join(directory, 'profile-'))
  const path = await findChromium()
  if (path === null) throw new Error('No Chromium was found: set WHERRY_CHROMIUM to one.')
  const own = ['--headless', '--no-startup-window', '--remote-debugging-port=0', `--user-data-dir=${profile}`]
  const child = spawn(path, [...browserFlags, ...own], { stdio: ['ignore', 'ignore', 'pipe'] })
  const ended = once(child, 'exit')
  const close = async () => {
    child.kill('SIGKILL')
    await ended
  }
  defer(close)
  const address = await addressIn(child.stderr)
  child.stderr.resume()

  return {
    close,
    async visit(work) {
      const browser = await chromium.connectOverCDP(address)
      try {
        const [context] = browser.contexts()
        if (!context) throw new Error('Chromium has no profile.')
        return await work(context.pages()[0] ?? (await context.newPage()))
      } finally {
        // Ends the connection, and leaves the browser and its page alone.
        await browser.close()
      }
    },
    async cpuSeconds() {
      const { processInfo } = await ask(address, 'SystemInfo.getProcessInfo')
      return processInfo.reduce((sum, { cpuTime }) => sum + cpuTime, 0)
    },
    async title() {
      const { targetInfos } = await ask(address, 'Target.getTargets')
      return targetInfos.find(({ type }) => type === 'page')?.title ?? ''
    },
  }
}
