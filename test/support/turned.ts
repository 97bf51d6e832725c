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

type Ended = { stdout: string; signal?: string | null }

/** What the process said, however it ended then; undefined if it did not. */
const answerOf = ({ stdout }: Ended): Turned | null | undefined =>
  stdout.endsWith('\n') ? (JSON.parse(stdout) as Turned | null) : undefined

/**
 * Connects both ends through the TURN server alone and sends a message; null if there is no way within `ms`. In a process
 * of its own: the library can lock up all of its threads where a handshake is sent again while a way changes its state (like
 * libdatachannel's issue 1538), and can crash where a process ends. One that was ended before it answered is replaced.
 */
export const turned = async (servers: PeerServers, ms: number): Promise<Turned | null> => {
  const args = ['--disable-warning=ExperimentalWarning', program, JSON.stringify(servers), String(ms)]
  const options = { timeout: ms + lockedUpMs, killSignal: 'SIGKILL' } as const
  for (let tries = 1; ; tries++) {
    // What execFile rejects with has the output too.
    const ended = await promisify(execFile)(process.execPath, args, options).catch(
      (error: Error & Ended) => error,
    )
    const answer = answerOf(ended)
    if (answer !== undefined) return answer
    if (!('signal' in ended && ended.signal) || tries === mostTries)
      throw new Error('The process for both ends failed.', { cause: ended })
    console.warn(`node-datachannel ended by ${ended.signal}; another process tries again.`)
  }
}
