import { expect, onTestFinished, test } from 'vitest'
import { hubProcess } from '../support/hub-process.ts'

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
