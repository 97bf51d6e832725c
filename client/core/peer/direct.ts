import type { Stop, Timers } from '../api.ts'
import { systemTimers } from '../timers.ts'
import type { Carrier, Role, SealedSignals } from './api.ts'
import { type Attempt, directAttempt } from './direct-attempt.ts'
import { type DirectSignal, readDirectSignal } from './direct-signals.ts'
import type { MakePeerConnection, PeerServers } from './peer-connection.ts'

/** Looks for direct ways to the other side, again and again after a loss, until it is stopped. */
export type Connect = (options: {
  signals: SealedSignals
  role: Role
  servers: PeerServers
  /** A channel that both sides have seen working. */
  onCarrier(carrier: Carrier): void
}) => Stop

/** Doubled after each attempt that came to nothing. */
const firstRetryMs = 1000
const longestRetryMs = 60_000
/** Of candidates in one envelope. */
const candidatesAtOnce = 20

/** Direct ways over the connections of this platform. The sender offers, and again after a loss; the receiver answers. */
export const directPaths =
  (make: MakePeerConnection, timers: Timers = systemTimers): Connect =>
  ({ signals, role, servers, onCarrier }) => {
    let current: Attempt | null = null
    let number = 0
    let failures = 0
    let stopRetry: Stop = () => {}
    let isStopped = false

    /** Without the other side there is nobody to try with: both begin anew with new keys. */
    const tell = (signal: DirectSignal) => void signals.send(signal).catch(() => {})

    const begin = (attempt: number): Attempt => {
      stopRetry()
      number = attempt
      current?.close()
      const own = directAttempt({
        make,
        servers,
        timers,
        describe: description => tell({ kind: 'description', attempt, description }),
        tellCandidates(candidates) {
          for (let i = 0; i < candidates.length; i += candidatesAtOnce)
            tell({ kind: 'candidates', attempt, candidates: candidates.slice(i, i + candidatesAtOnce) })
        },
        found(carrier) {
          failures = 0
          onCarrier(carrier)
        },
        ended() {
          if (isStopped || attempt !== number) return
          if (role === 'sender') retryLater()
          else tell({ kind: 'ended', attempt })
        },
      })
      current = own
      return own
    }

    const retryLater = () => {
      stopRetry()
      const ms = Math.min(longestRetryMs, firstRetryMs * 2 ** failures++)
      stopRetry = timers.after(ms, () => begin(number + 1).offer())
    }

    const received = (message: Record<string, unknown>) => {
      const signal = readDirectSignal(message)
      if (!signal || isStopped) return
      const isNew = role === 'receiver' && signal.kind === 'description' && signal.attempt > number
      if (isNew) begin(signal.attempt)
      if (signal.attempt !== number) return
      if (signal.kind === 'description') {
        if (signal.description.type === (role === 'sender' ? 'answer' : 'offer'))
          current?.take(signal.description)
      } else if (signal.kind === 'candidates') current?.takeCandidates(signal.candidates)
      else if (role === 'sender') current?.close()
    }

    const stopSignals = signals.onMessage(received)
    if (role === 'sender') begin(1).offer()
    return () => {
      isStopped = true
      stopRetry()
      stopSignals()
      current?.close()
    }
  }
