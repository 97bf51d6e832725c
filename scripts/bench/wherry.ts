import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { HubClient, TransferLink, UploadTotals } from '../../client/core/api.ts'
import { createClient } from '../../client/core/client.ts'
import { createUploadQueue } from '../../client/core/upload-queue.ts'
import { fileCredentials } from '../../client/node/credentials.ts'
import { fileSource } from '../../client/node/file-source.ts'
import { nodeSocket } from '../../client/node/socket.ts'
import { administrator, type HubProcess, hubProcess } from '../../test/support/hub-process.ts'
import type { BenchContext } from './row.ts'

export type Client = HubClient & TransferLink

/** A hub in a process of its own, and a signed-in client in this one. */
export type Bench = { hub: HubProcess; client: Client; root: string; end(): Promise<void> }

export const startBench = async ({ directory }: BenchContext): Promise<Bench> => {
  const hub = await hubProcess({
    WHERRY_ADMIN_EMAIL: administrator.email,
    WHERRY_ADMIN_PASSWORD: administrator.password,
    WHERRY_LOG_LEVEL: 'warn',
  })
  await hub.start()
  const client = createClient({
    url: `ws://localhost:${hub.port}/ws`,
    socket: nodeSocket,
    credentials: fileCredentials(hub.url, join(directory, 'session')),
    agent: 'wherry-bench',
  })
  await client.whenState('signedOut', 'live')
  await client.signIn(administrator.email, administrator.password)
  const { spaces } = await client.call('space.list', {})
  const root = spaces[0]?.root
  if (!root) throw new Error('the administrator has no space')
  return {
    hub,
    client,
    root,
    async end() {
      client.close()
      await hub.remove()
    },
  }
}

/** Uploads files as one queue; resolves with its totals when all are there, and throws if one is not. */
export const uploadAll = async (
  { client, root }: Bench,
  paths: readonly string[],
  onClash: 'keepBoth' | 'replace' = 'keepBoth',
): Promise<UploadTotals> => {
  const queue = createUploadQueue({ link: client })
  queue.add(
    paths.map(path => ({ source: fileSource(path), folder: root, path: [], name: basename(path), onClash })),
  )
  await queue.whenIdle()
  const failed = queue.items.find(item => item.state !== 'done')
  const { totals } = queue
  queue.close()
  if (failed) throw failed.error ?? new Error(`${failed.name} ended as ${failed.state}`)
  return totals
}

/** A line of /proc/PID/status in MB: VmHWM is the most memory that the process ever had, VmRSS what it has now. */
export const memoryOf = async (pid: number, line: 'VmHWM' | 'VmRSS'): Promise<number> => {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return (Number(new RegExp(`${line}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) * 1024) / 1e6
}
