import { spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { createClient } from '../../client/core/client.ts'
import { download } from '../../client/core/download/download.ts'
import { createUploadQueue } from '../../client/core/upload/upload-queue.ts'
import { fileCredentials } from '../../client/node/credentials.ts'
import { fileSink } from '../../client/node/file-sink.ts'
import { fileSource } from '../../client/node/file-source.ts'
import { nodeSocket } from '../../client/node/socket.ts'
import { findNginx } from '../../scripts/find-chromium.mjs'
import { administrator, freePort, type HubProcess, hubProcess } from '../support/hub-process.ts'

const nginx = findNginx()
const name = nginx ? 'behind nginx' : 'behind nginx (skipped: nginx is not installed)'

/** Instead of what the configuration says. */
const mostOfAddress = 20

describe.skipIf(!nginx)(name, () => {
  const program = nginx ?? ''
  let directory = ''
  let configuration = ''
  let url = ''
  let hub: HubProcess
  let proxy: ReturnType<typeof spawn>

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'wherry-nginx-'))
    configuration = join(directory, 'nginx.conf')
    const port = await freePort()
    url = `http://localhost:${port}`
    hub = await hubProcess({
      WHERRY_ADMIN_EMAIL: administrator.email,
      WHERRY_ADMIN_PASSWORD: administrator.password,
      WHERRY_TRUSTED_PROXIES: '127.0.0.1',
      WHERRY_URL: url,
    })
    await hub.start()
    const ours = (await readFile('nginx.conf', 'utf8'))
      .replace('listen 80;', `listen 127.0.0.1:${port};`)
      .replace('server 127.0.0.1:8080;', `server 127.0.0.1:${hub.port};`)
      .replace('limit_conn addresses 1000;', `limit_conn addresses ${mostOfAddress};`)
      .replace('/run/nginx.pid', join(directory, 'nginx.pid'))
      .replaceAll('/var/log/nginx/', `${directory}/`)
    await writeFile(configuration, ours)
    const errors = join(directory, 'error.log')
    proxy = spawn(program, ['-e', errors, '-g', 'daemon off;', '-c', configuration], { stdio: 'ignore' })
    while (!(await fetch(`${url}/healthz`).catch(() => null))) {
      if (proxy.exitCode !== null) throw new Error('nginx did not start')
    }
  })

  afterAll(async () => {
    if (proxy?.exitCode === null && proxy.kill('SIGTERM')) await once(proxy, 'exit')
    await hub?.remove()
    await rm(directory, { recursive: true, force: true })
  })

  it('is a configuration that nginx accepts', () => {
    const { status, stderr } = spawnSync(program, ['-t', '-e', 'stderr', '-c', configuration], {
      encoding: 'utf8',
    })
    expect(stderr).toContain('test is successful')
    expect(status).toBe(0)
  })

  const signIn = async (session: string) => {
    const client = createClient({
      url: `${url.replace('http', 'ws')}/ws`,
      socket: nodeSocket,
      credentials: fileCredentials(url, join(directory, session)),
      agent: 'test',
    })
    await client.whenState('signedOut')
    await client.signIn(administrator.email, administrator.password)
    return client
  }

  /** Uploads random bytes, whose entry it answers. */
  const upload = async (client: Awaited<ReturnType<typeof signIn>>, name: string, bytes: number) => {
    const { spaces } = await client.call('space.list', {})
    const folder = spaces[0]?.root ?? ''
    const sent = randomBytes(bytes)
    await writeFile(join(directory, name), sent)
    const queue = createUploadQueue({ link: client })
    queue.add([{ source: fileSource(join(directory, name)), folder, path: [], name, onClash: 'fail' }])
    await queue.whenIdle()
    const entry = queue.items[0]?.entry?.id ?? ''
    queue.close()
    return { entry, sent }
  }

  const read = (file: string) => readFile(join(directory, file), 'utf8')

  it('carries a sign-in, an upload and a download', async () => {
    const client = await signIn('session')
    try {
      const { entry, sent } = await upload(client, 'sent.bin', 9 * 2 ** 20)

      await download(client, entry, fileSink(join(directory, 'got.bin'), entry))
      expect((await readFile(join(directory, 'got.bin'))).equals(sent)).toBe(true)

      const signed = await client.call('download.url', { entries: [entry], purpose: 'save' })
      const response = await fetch(new URL(signed.url, url), { headers: { range: 'bytes=5-1000004' } })
      expect(response.status).toBe(206)
      expect(Buffer.from(await response.arrayBuffer()).equals(sent.subarray(5, 1_000_005))).toBe(true)
    } finally {
      client.close()
    }
  })

  it('overwrites an address that the client made up', async () => {
    const headers = { 'x-real-ip': '203.0.113.9', 'x-forwarded-for': '203.0.113.9' }
    const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`, 'wherry.v1', { headers })
    await once(socket, 'open')
    const call = async (method: string, params: object) => {
      socket.send(JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }))
      const [data] = await once(socket, 'message')
      return String(data)
    }
    await call('session.login', { ...administrator, keep: 'token', agent: 'liar' })
    const sessions = await call('session.list', {})
    expect(sessions).toContain('"agent":"liar"')
    expect(sessions).not.toContain('203.0.113.9')
    socket.terminate()
  })

  it('lets one address have only so many connections', async () => {
    const open = () => new WebSocket(`${url.replace('http', 'ws')}/ws`, 'wherry.v1')
    const sockets = Array.from({ length: mostOfAddress }, open)
    await Promise.all(sockets.map(socket => once(socket, 'open')))
    expect((await fetch(`${url}/healthz`)).status).toBe(429)
    const [first] = sockets
    first?.close()
    await expect.poll(async () => (await fetch(`${url}/healthz`)).status).toBe(200)
    for (const socket of sockets) socket.terminate()
  })

  it('writes no signed address to a log, also where the hub is killed or down', async () => {
    const client = await signIn('other-session')
    const { entry } = await upload(client, 'large.bin', 48 * 2 ** 20)
    const signed = await client.call('download.url', { entries: [entry], purpose: 'save' })
    client.close()
    const address = new URL(signed.url, url)
    const begun = await fetch(address)
    expect(begun.status).toBe(200)
    await hub.kill()
    await expect(begun.arrayBuffer()).rejects.toThrow()
    const down = await fetch(address)
    expect(down.status).toBe(502)
    expect(await down.text()).not.toContain('/d/')
    expect(down.headers.get('referrer-policy')).toBe('no-referrer')
    // What went wrong with any other address is told.
    expect((await fetch(`${url}/healthz?down`)).status).toBe(502)
    await hub.start()
    const again = await fetch(address, { method: 'HEAD' })
    expect([again.status, again.headers.get('referrer-policy')]).toEqual([200, 'no-referrer'])

    const files = (await readdir(directory)).filter(file => file.endsWith('.log'))
    expect(files.sort()).toEqual(['access.log', 'error.log'])
    const text = [...(await Promise.all(files.map(read))), hub.output()].join('\n')
    expect(text).toMatch(/connect\(\) failed.*request: "GET \/healthz\?down/)
    expect(text).toContain('"GET /healthz" 502')
    expect(text).not.toContain('/d/')
    expect(text).not.toContain(address.pathname.slice(3, 40))
  })
})
