import { limits } from '../../protocol/limits.ts'
import type { Handler } from '../context.ts'
import { hubName, version } from '../version.ts'

export const hello: Handler<'hub.hello'> = async ({ config, storage, clock, chunkingSeed }) => ({
  hub: hubName,
  version,
  needsSetup: !(await storage.users.hasAdministrator()),
  serverTime: clock(),
  chunking: {
    seed: chunkingSeed,
    minBytes: limits.chunkMinBytes,
    averageBytes: limits.chunkAverageBytes,
    maxBytes: limits.chunkMaxBytes,
  },
  limits: {
    fileBytes: config.maxFileBytes,
    messageBytes: limits.messageBytes,
    windowBytes: config.windowBytes,
  },
})
