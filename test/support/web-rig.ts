import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContextOptions } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import type { HubClient, TransferLink } from '../../client/core/api.ts'
import type { Result } from '../../protocol/table.ts'
import { openPage, openTab, startBrowser, type WatchedPage } from './browser.ts'
import { administrator, type HubProcess, hubProcess } from './hub-process.ts'
import { signedInClient } from './transfer-client.ts'
import { type Account, signIn } from './web-steps.ts'

/** `as`: nobody signs in with null. `script`: runs in the page before its own. */
type Opening = { as?: Account | null; path?: string; script?: () => void }

export type WebRig = {
  readonly hub: HubProcess
  readonly browser: Browser
  /** The administrator by the SDK, to prepare and to look at what the hub has. */
  readonly client: HubClient & TransferLink
  /** The root of the administrator's space. */
  readonly root: string
  /** For files, removed in the end. */
  readonly directory: string
  /** Opens a page in a browser context of its own. After the test it has to be without problems. */
  open(options?: BrowserContextOptions & Opening): Promise<WatchedPage>
  /** Another tab of the same browser, with the same session. */
  openTab(page: WatchedPage, path?: string): Promise<WatchedPage>
  list(folder: string): Promise<Result<'folder.list'>['entries']>
  /** In the root of the administrator's space unless told otherwise; answers its id. */
  makeFolder(name: string, folder?: string): Promise<string>
  makeUser(name: string): Promise<Account & { id: string }>
  share(entry: string, user: string, level: 'read' | 'write' | 'delete' | 'admin'): Promise<void>
}

/** Where pictures of failed tests and the hub's log go. */
const evidence = process.env.TEST_EVIDENCE

const keepEvidence = async (name: string, pages: readonly WatchedPage[], log: string): Promise<void> => {
  if (!evidence) return
  const path = join(evidence, name.replaceAll(/\W+/g, '-'))
  await writeFile(`${path}.log`, log)
  for (const [i, { page }] of pages.entries())
    await page.screenshot({ path: `${path}-${i}.png` }).catch(() => {})
}

/** A hub with an administrator, as a process, and a Chromium, for the tests of one file. */
export const webRig = (environment: Record<string, string> = {}): WebRig => {
  let hub: HubProcess
  let browser: Browser
  let signedIn: Awaited<ReturnType<typeof signedInClient>>
  let directory: string
  const opened: WatchedPage[] = []

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'wherry-web-'))
    const admin = {
      WHERRY_ADMIN_EMAIL: administrator.email,
      WHERRY_ADMIN_PASSWORD: administrator.password,
    }
    hub = await hubProcess({ ...admin, ...environment })
    await hub.start()
    browser = await startBrowser()
    signedIn = await signedInClient(hub.url, administrator)
  })

  afterEach(async ({ task }) => {
    const pages = opened.splice(0)
    if (task.result?.state === 'fail') await keepEvidence(task.name, pages, hub.output())
    for (const context of new Set(pages.map(page => page.context))) await context.close()
    for (const { problems } of pages) expect(problems).toEqual([])
  })

  afterAll(async () => {
    signedIn?.client.close()
    await browser?.close()
    await hub?.remove()
    await rm(directory, { recursive: true, force: true })
  })

  const client = () => signedIn.client

  return {
    get hub() {
      return hub
    },
    get browser() {
      return browser
    },
    get client() {
      return client()
    },
    get root() {
      return signedIn.root
    },
    get directory() {
      return directory
    },
    async open({ as = administrator, path = '/', script, ...options } = {}) {
      const watched = await openPage(browser, hub.url, options)
      opened.push(watched)
      if (script) await watched.page.addInitScript(script)
      await watched.page.goto(hub.url + path)
      if (as) await signIn(watched.page, as)
      return watched
    },
    async openTab({ context }, path = '/') {
      const watched = await openTab(context, hub.url)
      opened.push(watched)
      await watched.page.goto(hub.url + path)
      return watched
    },
    async list(folder) {
      return (await client().call('folder.list', { folder })).entries
    },
    async makeFolder(name, folder = signedIn.root) {
      return (await client().call('folder.create', { folder, name, onClash: 'fail' })).entry.id
    },
    async makeUser(name) {
      const account = { email: `${name.toLowerCase()}@example.org`, password: `the password of ${name}` }
      const { user } = await client().call('user.create', {
        ...{ ...account, name, role: 'member', quotaBytes: null },
      })
      return { ...account, id: user.id }
    },
    async share(entry, user, level) {
      await client().call('access.grant', { entry, subject: { kind: 'user', user }, level })
    },
  }
}
