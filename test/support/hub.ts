import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { readConfig } from '../../server/config.ts'
import { type HubOptions, type RunningHub, startHub } from '../../server/hub.ts'

export const administrator = { email: 'ada@example.org', password: 'correct horse battery' }

export type TemporaryHub = RunningHub & {
  readonly directory: string
  /** The socket's address. */
  readonly socketUrl: string
  /** Stops the hub and removes its data. */
  remove(): Promise<void>
}

/** A real hub in this process, on a free port and an empty directory, with an administrator unless told otherwise. */
export const temporaryHub = async (
  environment: Record<string, string> = {},
  options: HubOptions & { directory?: string; withoutAdministrator?: boolean } = {},
): Promise<TemporaryHub> => {
  const directory = options.directory ?? (await mkdtemp(join(tmpdir(), 'wherry-hub-')))
  const admin = options.withoutAdministrator
    ? {}
    : { WHERRY_ADMIN_EMAIL: administrator.email, WHERRY_ADMIN_PASSWORD: administrator.password }
  const config = readConfig({ WHERRY_DATA: directory, WHERRY_PORT: '0', ...admin, ...environment })
  const running = await startHub(config, { log: pino({ level: 'silent' }), ...options })
  return {
    ...running,
    directory,
    socketUrl: `ws://127.0.0.1:${running.port}/ws`,
    remove: async () => {
      await running.stop()
      await rm(directory, { recursive: true, force: true })
    },
  }
}
