import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright-core'
import { findChromium } from '../../scripts/find-chromium.mjs'

/** What Playwright switches off in Chromium: a second list of these replaces its own. */
const offForTests = [
  'AimEnabled',
  'AvoidCorsURLLoaderRestartOnRedirect',
  'AvoidUnnecessaryBeforeUnloadCheckSync',
  'DestroyProfileOnBrowserClose',
  'HttpsFirstBalancedModeAutoEnable',
  'HttpsUpgrades',
  'LensOverlay',
  'MediaRouter',
  'NetworkTimeServiceQuerying',
  'OptimizationHints',
  'PaintHolding',
  'PreconnectToSearch',
  'ThirdPartyStoragePartitioning',
]

/** Popups of the address bar, which nobody sees: pages in each window, whose start costs a second of a processor. */
const popups = ['WebUIOmniboxPopup', 'WebUIOmniboxAimPopup']

/** For a Chromium without a screen that does nothing of its own. */
export const browserFlags = [
  `--disable-features=${[...offForTests, ...popups].join(',')}`,
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** The browser that scripts/prepare.mjs found or installed, with further flags. */
export const startBrowser = async (...further: readonly string[]): Promise<Browser> => {
  const executablePath = await findChromium()
  if (executablePath === null) throw new Error('No Chromium was found: set WHERRY_CHROMIUM to one.')
  return chromium.launch({
    executablePath,
    headless: true,
    args: [...browserFlags, ...further],
    // Without a locale of that kind a Chromium cannot open files whose names are not ASCII.
    env: { ...process.env, LC_ALL: 'C.UTF-8' },
  })
}

/** A page that remembers everything that a page of ours must not do: violations of its policy, errors, foreign requests. */
export type WatchedPage = { page: Page; context: BrowserContext; problems: string[] }

/** Chromium shows PDFs with an extension of its own, and that with parts of the browser. */
const own = ['blob:', 'data:', 'chrome-extension:', 'chrome:']

const expected = [
  /ERR_CONNECTION_REFUSED/,
  /WebSocket connection to/,
  /net::ERR_/,
  /the server responded with a status of 401/,
]

export const openPage = async (
  browser: Browser,
  hub: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options })
  return openTab(context, hub)
}

/** Another page of the same browser context, watched in the same way. */
export const openTab = async (context: BrowserContext, hub: string): Promise<WatchedPage> => {
  const problems: string[] = []
  const page = await context.newPage()
  await page.addInitScript(() => {
    addEventListener('securitypolicyviolation', event => {
      console.error(
        `policy violation: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`,
      )
    })
  })
  page.on('pageerror', error => problems.push(`uncaught: ${error.message}`))
  page.on('console', message => {
    const text = message.text()
    if (message.type() === 'error' && !expected.some(pattern => pattern.test(text))) problems.push(text)
  })
  page.on('request', request => {
    const { origin, protocol } = new URL(request.url())
    if (origin !== new URL(hub).origin && !own.includes(protocol))
      problems.push(`foreign request: ${request.url()}`)
  })
  return { page, context, problems }
}
