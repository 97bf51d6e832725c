import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { administrator, type HubProcess, hubProcess } from '../../test/support/hub-process.ts'
import type { Address } from './client/connect.ts'
import { type ClientProcess, startClient } from './client-process.ts'
import { cpuSecondsOf } from './processes.ts'
import type { BenchContext, Cost } from './row.ts'

/** A fresh hub and a client, each in a process of its own. */
export type Bench = {
  hub: HubProcess
  client: ClientProcess
  address: Address
  /** What `work` cost the hub; it answers what it cost the client. */
  cost<T extends { cpuSeconds: number }>(work: () => Promise<T>): Promise<T & { cost: Cost }>
}

/** `environment` is added to the hub's own. */
export const withHub = async <T>(
  context: BenchContext,
  work: (bench: Bench) => Promise<T>,
  environment: Record<string, string> = {},
): Promise<T> => {
  const hub = await hubProcess({
    WHERRY_ADMIN_EMAIL: administrator.email,
    WHERRY_ADMIN_PASSWORD: administrator.password,
    WHERRY_LOG_LEVEL: 'warn',
    ...environment,
  })
  context.defer(hub.remove)
  await hub.start()
  const session = await mkdtemp(join(context.directory, 'session-'))
  const client = startClient(context)
  try {
    return await work({
      hub,
      client,
      address: { hub: hub.url, session },
      async cost(task) {
        const before = await cpuSecondsOf(hub.pid())
        const result = await task()
        const after = await cpuSecondsOf(hub.pid())
        return { ...result, cost: { hub: after - before, client: result.cpuSeconds } }
      },
    })
  } finally {
    await client.kill()
    await hub.remove()
    await rm(session, { recursive: true, force: true })
  }
}
