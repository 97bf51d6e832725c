import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Logger, pino } from 'pino'
import { closeCodes } from '../protocol/rpc.ts'
import { type Assembled, assemble } from './assemble.ts'
import { prepareFirstAdministrator } from './auth/first-administrator.ts'
import { createOrigins } from './auth/origins.ts'
import type { Config } from './config.ts'
import type { Hub } from './context.ts'
import { mostSockets, socketsWarning } from './descriptors.ts'
import { clientRoute } from './http/client.ts'
import { downloadRoute } from './http/downloads.ts'
import { healthRoutes, troubleOf } from './http/health.ts'
import { sessionRoutes } from './http/session.ts'
import { socketEvents } from './socket-events.ts'
import { tlsWarning } from './tls-files.ts'
import { clientAddress, peerKey } from './transport/addresses.ts'
import { type Listener, listen } from './transport/listener.ts'
import { startUpkeep } from './upkeep.ts'
import { version } from './version.ts'

export type RunningHub = {
  /** The address that people open. */
  readonly url: string
  readonly port: number
  readonly hub: Hub
  /** For `/setup#token`, if there is no administrator yet. */
  readonly setupToken: string | null
  /** Tells the clients, finishes what runs, ends all connections and closes the storage. Twice is as once. */
  stop(): Promise<void>
}

export type HubOptions = {
  log?: Logger
  clock?: () => number
  /** Where the built client is; `dist/web` by default. */
  webDirectory?: string
}

/** What runs at the time of a stop may take this long, and open sockets this long to say goodbye. */
const drainMs = 5000
const goodbyeMs = 2000

const within = async (work: Promise<unknown>, ms: number): Promise<void> => {
  const { promise: late, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, ms)
  await Promise.race([work, late])
  clearTimeout(timer)
}

/** Starts a hub: opens its storage and listens. Throws an Error with a sentence if it cannot. */
export const startHub = async (config: Config, options: HubOptions = {}): Promise<RunningHub> => {
  const { clock = Date.now, webDirectory = fileURLToPath(new URL('../dist/web', import.meta.url)) } = options
  const log = options.log ?? pino({ level: config.logLevel })
  let listener: Listener | null = null
  const publish = (topic: string, message: string): void => listener?.publish(topic, message)
  const assembled = await assemble({ config, log, clock, publish })
  try {
    const setupToken = await prepareFirstAdministrator(assembled.hub)
    listener = await openDoors(assembled, webDirectory, () => listener?.port ?? config.port)
    log.info({ version, data: resolve(config.data), url: urlOf(config, listener.port) }, 'started')
    return running(assembled, listener, setupToken)
  } catch (error) {
    await assembled.hub.storage.close()
    throw error
  }
}

const openDoors = async (
  assembled: Assembled,
  webDirectory: string,
  port: () => number,
): Promise<Listener> => {
  const { hub, connections, dispatcher } = assembled
  const { config, metrics, log, clock, newId, storage } = hub
  const origins = createOrigins(config, port)
  const address = (peer: string, header: (name: string) => string | null): string =>
    clientAddress(peer, header, config)
  const { tlsCert: cert, tlsKey: key } = config
  const mostTogether = mostSockets()
  const warnings = [cert === null ? null : tlsWarning(cert, clock()), socketsWarning(mostTogether, config)]
  for (const warning of warnings) if (warning !== null) log.warn(warning)
  return listen({
    host: config.host,
    port: config.port,
    tls: cert === null || key === null ? null : { cert, key },
    routes: [
      ...healthRoutes({
        problem: () => troubleOf(storage),
        metrics,
        metricsToken: config.metricsToken,
      }),
      ...sessionRoutes({ ...hub, origins, ownOrigin: () => urlOf(config, port()) }),
      downloadRoute(hub),
      await clientRoute(webDirectory),
    ],
    http: {
      newId,
      address,
      failed: (error, request) => log.error({ err: error, request: request.id }, 'an HTTP door failed'),
    },
    connections: {
      most: config.maxHttpConnections,
      mostPerAddress: config.maxHttpConnectionsPerAddress,
      mostTogether,
      keyOf: peer => peerKey(peer, config.trustedProxies),
      clock: () => performance.now(),
    },
    sockets: {
      events: socketEvents({ ...hub, connections, dispatcher, origins }),
      meter: metrics,
      newId,
      address,
      maxBufferedBytes: config.windowBytes,
    },
  })
}

const urlOf = ({ url, tlsCert }: Config, port: number): string =>
  url ?? `${tlsCert === null ? 'http' : 'https'}://localhost:${port}`

const running = (
  { hub, connections, dispatcher }: Assembled,
  listener: Listener,
  setupToken: string | null,
): RunningHub => {
  const stopUpkeep = startUpkeep(hub, connections)
  let stopping: Promise<void> | null = null

  const stop = async (): Promise<void> => {
    listener.stopListening()
    stopUpkeep()
    for (const socket of connections.all()) socket.notify('hub.closing', { retryAfterMs: 1000 })
    await within(Promise.all([dispatcher.drain(), hub.transfers.drain()]), drainMs)
    await listener.close(closeCodes.restarting, 'The hub is stopping.', goodbyeMs)
    hub.broadcaster.stop()
    await hub.storage.close()
    hub.log.info('stopped')
  }

  return {
    url: urlOf(hub.config, listener.port),
    port: listener.port,
    hub,
    setupToken,
    stop: () => {
      stopping ??= stop()
      return stopping
    },
  }
}
