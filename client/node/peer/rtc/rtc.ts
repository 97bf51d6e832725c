import type { MakePeerConnection } from '../../../core/peer/peer-connection.ts'
import { loadConnections } from './connections.ts'
import { type RtcProcess, startRtcProcess } from './rtc-process.ts'

/** WebRTC for the command line, by node-datachannel. */
export type Rtc = {
  make: MakePeerConnection
  /** Resolves when nothing of it is left that would keep the process from ending. */
  close(): Promise<void>
}

/**
 * Null where the library has no binary for this platform. A connection that may go through TURN is made in a process of its
 * own: all threads of the library can lock up, and with them whoever calls it, where such a connection's handshake begins
 * while its first packet is worked on (libdatachannel's pull request 1630, which is not in version 0.24.5 of the newest
 * node-datachannel; 4 of about 60 runs of a test through coturn hung that way). A process that answers no more is killed:
 * its connections close, and the next one is made in another. Without TURN that lock is not taken, and a process would
 * cost a quarter of the speed on two cores.
 */
export const loadRtc = async (): Promise<Rtc | null> => {
  const own = await loadConnections()
  if (!own) return null
  let turning: RtcProcess | null = null
  return {
    make(servers, events) {
      if (!servers.turn) return own.make(servers, events)
      if (!turning || turning.hasEnded) turning = startRtcProcess()
      return turning.make(servers, events)
    },
    async close() {
      own.close()
      await turning?.end()
    },
  }
}
