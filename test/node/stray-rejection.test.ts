import { expect, onTestFinished, test } from 'vitest'
import { hubProcess } from '../support/hub-process.ts'

/** Runs in the hub's process before its own code. */
const rejectSoon = `
  import { isMainThread } from 'node:worker_threads'
  if (isMainThread) setTimeout(() => Promise.reject(new Error('nobody awaits this')), 2000)`

test('a promise that is rejected while nothing awaits it is logged as an error, and the hub goes on', async () => {
  const hub = await hubProcess({
    NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(rejectSoon)}`,
  })
  onTestFinished(hub.remove)
  await hub.start()
  await expect.poll(hub.output, { timeout: 20_000 }).toContain('nobody awaits this')
  const line = hub
    .output()
    .split('\n')
    .find(one => one.includes('nobody awaits this'))
  expect(JSON.parse(line ?? '')).toMatchObject({ level: 50, err: { message: 'nobody awaits this' } })
  expect((await fetch(`${hub.url}/healthz`)).status).toBe(200)
  expect(await hub.stop()).toBe(0)
})
