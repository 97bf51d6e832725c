import type { Config } from './config.ts'

/** Descriptors that sockets leave to all else: the segment files, the index, the workers. */
const keptDescriptors = 256

/** Files that the system lets this process have open, sockets among them. */
const mostDescriptors = (): number => {
  const { userLimits } = process.report.getReport() as { userLimits?: { open_files?: { soft: unknown } } }
  const most = Number(userLimits?.open_files?.soft)
  return Number.isNaN(most) ? Number.POSITIVE_INFINITY : most
}

/** Connections that there can be at once without taking descriptors from files. */
export const mostSockets = (descriptors = mostDescriptors()): number =>
  Math.max(descriptors - keptDescriptors, Math.floor(descriptors / 2))

/** What an administrator should know of the system's limit, or null. */
export const socketsWarning = (
  most: number,
  { maxConnections, maxHttpConnections }: Pick<Config, 'maxConnections' | 'maxHttpConnections'>,
): string | null => {
  const wanted = maxConnections + maxHttpConnections
  if (most >= wanted) return null
  return `The system lets the hub have ${most} connections at once, not ${wanted} as WHERRY_MAX_CONNECTIONS and WHERRY_MAX_HTTP_CONNECTIONS say: \`ulimit -n\` should be ${wanted + keptDescriptors}.`
}
