import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { CarrierKind } from '../../client/core/peer/api.ts'
import type { PeerServers } from '../../client/core/peer/peer-connection.ts'

/** What two ends in one process had of each other through the TURN server. */
export type Turned = { kinds: CarrierKind[]; arrived: boolean }

const program = fileURLToPath(new URL('./turned-child.ts', import.meta.url))
const lockedUpMs = 15_000
const mostTries = 3

const wasKilled = (error: unknown): boolean =>
  error instanceof Error && 'killed' in error && error.killed === true

/**
 * Connects both ends through the TURN server alone and sends a message; null if there is no way within `ms`. In a process
 * of its own: the library can lock up all of its threads where a handshake is sent again while a way changes its state, as
 * libdatachannel's issue 1538 tells of a like case. Such a process is ended, and another tries.
 */
export const turned = async (servers: PeerServers, ms: number): Promise<Turned | null> => {
  for (let tries = 1; ; tries++) {
    try {
      const args = ['--disable-warning=ExperimentalWarning', program, JSON.stringify(servers), String(ms)]
      const options = { timeout: ms + lockedUpMs, killSignal: 'SIGKILL' } as const
      const { stdout } = await promisify(execFile)(process.execPath, args, options)
      return JSON.parse(stdout) as Turned | null
    } catch (error) {
      if (!wasKilled(error) || tries === mostTries) throw error
      console.warn('node-datachannel locked up; another process tries again.')
    }
  }
}
