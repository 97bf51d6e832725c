import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { chromium, type Page } from 'playwright-core'
import { browserFlags } from '../../test/support/browser.ts'
import { findChromium } from '../find-chromium.mjs'

/**
 * A Chromium of somebody: with a profile on disk, because a private window keeps received files in memory, and without a
 * tool that watches it while it is measured, because that is given a copy of all that goes through a WebSocket.
 */
export type OwnBrowser = {
  /** Does something in its one page, which stays as it is between two visits. */
  visit<T>(work: (page: Page) => Promise<T>): Promise<T>
  /** Of all its processes. */
  cpuSeconds(): Promise<number>
  close(): Promise<void>
}

const addressIn = async (output: NodeJS.ReadableStream): Promise<string> => {
  for await (const line of createInterface(output)) {
    const address = /DevTools listening on (ws:\S+)/.exec(line)?.[1]
    if (address !== undefined) return address
  }
  throw new Error('Chromium did not start.')
}

type ProcessInfo = { processInfo: { cpuTime: number }[] }

/** By itself, because a test tool looks at every page as soon as it is connected. */
const askProcesses = (address: string): Promise<ProcessInfo> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(address)
    socket.onopen = () => socket.send(JSON.stringify({ id: 1, method: 'SystemInfo.getProcessInfo' }))
    socket.onmessage = ({ data }: MessageEvent<string>) => {
      resolve((JSON.parse(data) as { result: ProcessInfo }).result)
      socket.close()
    }
    socket.onerror = () => reject(new Error('Chromium cannot be asked.'))
  })

/** `profile`: an empty directory for it. */
export const startOwnBrowser = async (profile: string): Promise<OwnBrowser> => {
  const path = await findChromium()
  if (path === null) throw new Error('No Chromium was found: set WHERRY_CHROMIUM to one.')
  const own = ['--headless', '--no-startup-window', '--remote-debugging-port=0', `--user-data-dir=${profile}`]
  const child = spawn(path, [...browserFlags, ...own], { stdio: ['ignore', 'ignore', 'pipe'] })
  const ended = once(child, 'exit')
  const address = await addressIn(child.stderr)
  child.stderr.resume()

  return {
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
      const { processInfo } = await askProcesses(address)
      return processInfo.reduce((sum, { cpuTime }) => sum + cpuTime, 0)
    },
    async close() {
      child.kill('SIGKILL')
      await ended
    },
  }
}
