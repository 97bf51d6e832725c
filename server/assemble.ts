import { randomBytes } from 'node:crypto'
import type { Logger } from 'pino'
import { openStorage } from '../storage/open-storage.ts'
import type { Storage } from '../storage/storage.ts'
import { createLevels } from './auth/levels.ts'
import { createLoginLimits } from './auth/login-limits.ts'
import { createPasswords } from './auth/passwords.ts'
import { createSigningIn } from './auth/signing-in.ts'
import { createTokens } from './auth/tokens.ts'
import type { Config } from './config.ts'
import { type Connections, createConnections } from './connections.ts'
import type { Hub } from './context.ts'
import { createDispatcher, type Dispatcher } from './dispatch.ts'
import { troubleOf } from './http/health.ts'
import { createBroadcaster } from './live/broadcast.ts'
import { followRights } from './live/follow-rights.ts'
import { configuredMasterKey } from './master-key.ts'
import { createMetrics, type HubMetrics } from './metrics.ts'
import { createRelays } from './rooms/relays.ts'
import { createRoomLimits } from './rooms/room-limits.ts'
import { createRooms } from './rooms/rooms.ts'
import { createSignedUrls } from './signed-urls.ts'
import { createTransfers } from './transfers/transfers.ts'
import { createWalk } from './walks.ts'

export type AssembleParts = {
  config: Config
  log: Logger
  clock: () => number
  /** Sends to all who subscribed to a topic; there once the hub listens. */
  publish(topic: string, message: string): void
}

/** A hub that is put together but does not listen yet. */
export type Assembled = {
  hub: Hub & { metrics: HubMetrics }
  connections: Connections
  dispatcher: Dispatcher
}

const newId = (): string => randomBytes(16).toString('base64url')

const openHubStorage = async ({ config, log, clock }: AssembleParts): Promise<Storage> => {
  const masterKey = configuredMasterKey(config)
  const storage = await openStorage({
    directory: config.data,
    ...(masterKey === null ? {} : { masterKey }),
    clock,
    uploadsKeptMs: config.uploadExpiryDays * 24 * 60 * 60 * 1000,
    spaceEntries: config.maxSpaceEntries,
    allowMissingSegments: config.allowMissingSegments,
    log: {
      info: message => log.info(message),
      warn: message => log.warn(message),
      error: message => log.error(message),
    },
  })
  if (storage.createdMasterKey) {
    log.warn(
      { data: config.data },
      'A master key was made in the data directory. Back it up: without it no file can be read.',
    )
  }
  return storage
}

/** Joins commits to what depends on them, in the tick of the commit as far as that goes. */
const followCommits = ({ hub, connections }: Assembled, forgetLevels: () => void): void => {
  const { storage, broadcaster, transfers, levelOf, log } = hub
  const rightsChanged = followRights({
    broadcaster,
    transfers,
    connections,
    rootOf: async space => (await storage.spaces.get(space))?.root ?? null,
    levelOf,
    failed: error => log.error({ err: error }, 'rights were not rechecked'),
  })
  storage.onCommit(commit => {
    const { rights, endedSessions } = commit
    if (rights) forgetLevels()
    if (endedSessions.length > 0) connections.end(endedSessions).forEach(broadcaster.leave)
    for (const { session, reason } of endedSessions)
      if (reason === 'reused')
        log.warn({ session }, 'an old refresh token came back, perhaps a stolen one: its session was ended')
    rightsChanged(commit)
    broadcaster.committed(commit)
  })
  transfers.onProgress(folder => broadcaster.progressed(folder))
}

/** Opens the storage and makes all parts of a hub around it. */
export const assemble = async (parts: AssembleParts): Promise<Assembled> => {
  const { config, log, clock, publish } = parts
  const storage = await openHubStorage(parts)
  const connections = createConnections(config)
  const levels = createLevels(storage.access.level)
  const levelOf = levels.of
  const [tokens, signedUrls, passwords, chunkingSeed] = await Promise.all([
    createTokens(storage.settings, clock),
    createSignedUrls(storage.settings, clock),
    createPasswords(),
    storage.settings.setIfAbsent('chunking_seed', randomBytes(16).toString('hex')),
  ])
  const metrics = createMetrics({
    connections: () => connections.count,
    allocatedBytes: () => storage.chunks.health().allocatedBytes,
    rooms: () => rooms.count,
    relayWindowBytes: () => relays.windowBytes,
    isReady: () => troubleOf(storage) === null,
    freeBytes: () => storage.chunks.health().freeBytes,
    damagedChunks: () => storage.chunks.damagedCount(),
  })
  const relays = createRelays(config, metrics)
  const rooms = createRooms({ config, clock, connections, relays })
  const transfers = createTransfers({ storage, config, clock, log, levelOf })
  const failed = (error: unknown): void => log.error({ err: error }, 'a broadcast failed')
  const hub = {
    config,
    storage,
    log,
    clock,
    newId,
    passwords,
    loginLimits: createLoginLimits(config, log),
    tokens,
    signingIn: createSigningIn(storage, tokens, connections),
    signedUrls,
    broadcaster: createBroadcaster({ storage, transfers, levelOf, publish, failed }),
    transfers,
    levelOf,
    walk: createWalk(),
    rooms,
    roomLimits: createRoomLimits(config, clock),
    relays,
    connectionsOf: connections.of,
    metrics,
    chunkingSeed,
  }
  const assembled = { hub, connections, dispatcher: createDispatcher(hub) }
  followCommits(assembled, levels.forget)
  return assembled
}
