import { once } from 'node:events'
import { createServer, request } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'
import { openPage, startBrowser } from '../support/browser.ts'
import { administrator, freePort, type HubProcess, hubProcess } from '../support/hub-process.ts'
import { signIn } from '../support/web-steps.ts'

const known = 'http://known.test'

const startHub = async (settings: Record<string, string>): Promise<HubProcess> => {
  const hub = await hubProcess({
    WHERRY_ADMIN_EMAIL: administrator.email,
    WHERRY_ADMIN_PASSWORD: administrator.password,
    ...settings,
  })
  onTestFinished(hub.remove)
  await hub.start()
  return hub
}

const openAt = async (address: string, port: number) => {
  const browser = await startBrowser(`--host-resolver-rules=MAP other.test:80 127.0.0.1:${port}`)
  onTestFinished(() => browser.close())
  const { page } = await openPage(browser, address)
  // What it says first may be over when all of it is loaded.
  await page.goto(address, { waitUntil: 'commit' })
  return page
}

test('a page at an address that the hub does not know says so, and so does the log', async () => {
  const hub = await startHub({ WHERRY_URL: known })
  const page = await openAt('http://other.test', hub.port)
  await page.getByText('Connecting').waitFor()
  await page.getByText(`This hub takes no pages from http://other.test. Open ${known}`).waitFor()
  const told = hub
    .output()
    .split('\n')
    .filter(line => line.includes('a page was refused'))
  expect(told).toHaveLength(1)
  expect(JSON.parse(told[0] ?? '')).toMatchObject({ level: 40, origin: 'http://other.test' })
})

/** As one that was not told of upgrades, and that may refuse some addresses in its own words. */
const proxyWithoutUpgrades = async (to: number, refused?: string): Promise<number> => {
  const port = await freePort()
  const server = createServer((asked, answer) => {
    const { method, url, headers } = asked
    if (url === refused) {
      answer.writeHead(403, { 'content-type': 'text/html' }).end('<h1>No</h1>')
      return
    }
    const passed = request({ port: to, host: '127.0.0.1', method, path: url, headers }, got => {
      answer.writeHead(got.statusCode ?? 502, got.headers)
      got.pipe(answer)
    })
    passed.on('error', () => answer.destroy())
    asked.pipe(passed)
  })
  server.on('upgrade', (_, socket) => socket.destroy())
  await once(server.listen(port, '127.0.0.1'), 'listening')
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return port
}

test('a page that lost the hub right after it came connects again, and gets the parts that it lacks', async () => {
  const hub = await startHub({})
  const browser = await startBrowser()
  onTestFinished(() => browser.close())
  const { page, problems } = await openPage(browser, hub.url)
  await page.goto(hub.url)
  await signIn(page, administrator)
  await hub.kill()
  await page.waitForTimeout(5000)
  await page.locator('wherry-connection-pill[state=reconnecting]').waitFor()
  await hub.start()
  await page.locator('wherry-drop-zone[folder]').waitFor({ state: 'attached' })
  expect(problems).toEqual([])
})

test('a page whose hub hangs says that there is no answer, before it gives the connection up, and takes it back', async () => {
  const hub = await startHub({})
  const browser = await startBrowser()
  onTestFinished(() => browser.close())
  const { page, problems } = await openPage(browser, hub.url)
  await page.goto(hub.url)
  await signIn(page, administrator)
  const pill = page.locator('wherry-connection-pill')
  await pill.getByText('Live').waitFor()
  process.kill(hub.pid(), 'SIGSTOP')
  try {
    await pill.getByText('No answer').waitFor()
    expect(await pill.getAttribute('state')).toBe('live')
  } finally {
    process.kill(hub.pid(), 'SIGCONT')
  }
  await pill.getByText('Live').waitFor()
  expect(problems).toEqual([])
})

test('a page whose socket a proxy does not let through says so', async () => {
  const port = await proxyWithoutUpgrades((await startHub({ WHERRY_URL: 'http://other.test' })).port)
  const page = await openAt('http://other.test', port)
  await page.getByText('its WebSocket does not come through').waitFor()
})

test('a proxy that refuses in words of its own is told of by its number', async () => {
  const hub = await startHub({ WHERRY_URL: 'http://other.test' })
  const page = await openAt('http://other.test', await proxyWithoutUpgrades(hub.port, '/session'))
  await page.getByText('The hub answered 403 to the renewal of the sign-in.').waitFor()
})
