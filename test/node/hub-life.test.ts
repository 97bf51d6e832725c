import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { commandLine } from '../support/command-line.ts'
import { administrator, hubProcess } from '../support/hub-process.ts'

/** Runs in the hub's process before its own code. */
const rejectWhenTold = `
  import { isMainThread } from 'node:worker_threads'
  if (isMainThread) process.on('SIGUSR2', () => Promise.reject(new Error('nobody awaits this')))`

test('a promise that is rejected while nothing awaits it is logged as an error, and the hub goes on', async () => {
  const hub = await hubProcess({
    NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(rejectWhenTold)}`,
  })
  onTestFinished(hub.remove)
  await hub.start()
  process.kill(hub.pid(), 'SIGUSR2')
  await expect.poll(hub.output, { timeout: 20_000 }).toContain('nobody awaits this')
  const line = hub
    .output()
    .split('\n')
    .find(one => one.includes('nobody awaits this'))
  expect(JSON.parse(line ?? '')).toMatchObject({ level: 50, err: { message: 'nobody awaits this' } })
  expect((await fetch(`${hub.url}/healthz`)).status).toBe(200)
  expect(await hub.stop()).toBe(0)
})

test('a terminal that closes stops the hub cleanly', async () => {
  const hub = await hubProcess()
  onTestFinished(hub.remove)
  await hub.start()
  process.kill(hub.pid(), 'SIGHUP')
  await expect.poll(hub.output, { timeout: 10_000 }).toContain('"stopped"')
})

test('commands that wait for others say that the hub is away, and when it is back', async () => {
  const hub = await hubProcess({
    WHERRY_ADMIN_EMAIL: administrator.email,
    WHERRY_ADMIN_PASSWORD: administrator.password,
  })
  onTestFinished(hub.remove)
  await hub.start()
  const home = await mkdtemp(join(tmpdir(), 'wherry-waiting-'))
  onTestFinished(() => rm(home, { recursive: true, force: true }))
  const wherry = commandLine(home)
  await wherry.run(
    ['login', hub.url, '--email', administrator.email, '--password-stdin'],
    administrator.password,
  )
  const commands = [wherry.start(['watch', 'me:']), wherry.start(['send', '--text', 'hello'])]
  const said = commands.map(({ process: { stderr } }) => {
    const pieces: string[] = []
    stderr?.on('data', piece => pieces.push(String(piece)))
    return () => pieces.join('')
  })
  const [watched, sent] = said
  await expect.poll(() => sent?.(), { timeout: 20_000 }).toContain('Waiting for the other side')
  // A watch says nothing while nothing happens: it is there when it has asked for its folder.
  await expect
    .poll(async () => (await fetch(`${hub.url}/metrics`)).text(), { timeout: 20_000 })
    .toMatch(/wherry_call_seconds_count\{call="folder.watch",outcome="ok"\} 1/)
  await hub.kill()
  for (const text of [watched, sent])
    await expect.poll(() => text?.(), { timeout: 20_000 }).toContain('The hub cannot be reached.')
  await hub.start()
  for (const text of [watched, sent])
    await expect.poll(() => text?.(), { timeout: 30_000 }).toContain('The hub is back.')
  for (const { process } of commands) process.kill('SIGINT')
  await Promise.all(commands.map(({ result }) => result))
})
