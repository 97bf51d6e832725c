import { spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
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
      .replace('/run/nginx.pid', join(directory, 'nginx.pid'))
      .replace('/var/log/nginx/access.log', join(directory, 'access.log'))
    await writeFile(configuration, ours)
    proxy = spawn(program, ['-e', 'stderr', '-g', 'daemon off;', '-c', configuration], { stdio: 'ignore' })
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

  it('carries a sign-in, an upload and a download', async () => {
    const client = createClient({
      url: `${url.replace('http', 'ws')}/ws`,
      socket: nodeSocket,
      credentials: fileCredentials(url, join(directory, 'session')),
      agent: 'test',
    })
    try {
      await client.whenState('signedOut')
      await client.signIn(administrator.email, administrator.password)
      const { spaces } = await client.call('space.list', {})
      const folder = spaces[0]?.root ?? ''
      const sent = randomBytes(9 * 2 ** 20)
      await writeFile(join(directory, 'sent.bin'), sent)
      const queue = createUploadQueue({ link: client })
      const source = fileSource(join(directory, 'sent.bin'))
      queue.add([{ source, folder, path: [], name: 'sent.bin', onClash: 'fail' }])
      await queue.whenIdle()
      const entry = queue.items[0]?.entry?.id ?? ''
      queue.close()

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
})
