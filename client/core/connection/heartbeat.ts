import type { Stop, Timers } from '../api.ts'
import type { Wire } from './wire.ts'

const quietMs = 10_000
const answerMs = 10_000
/** What arrived in this time shows that the socket lives. */
const freshMs = 2_000

export type Heartbeat = {
  /** Asks now, for a page that was asleep or a machine that changed networks. */
  check(deadlineMs: number): void
  /** Something was asked for: asks too if nothing came for a while, so that nobody waits long for a dead socket. */
  called(): void
  stop: Stop
}

/**
 * Finds sockets that are dead without having been closed, which browsers cannot: after 10 s without a message it asks
 * (`probe`), and calls `dead` if for 10 s nothing arrives and nothing leaves the send buffer.
 */
export const startHeartbeat = (
  timers: Timers,
  wire: Wire,
  probe: () => Promise<unknown>,
  dead: () => void,
): Heartbeat => {
  let stopTimer: Stop = () => {}
  let asking = false

  const wait = () => {
    asking = false
    const quietForMs = timers.now() - wire.receivedAtMs
    if (quietForMs >= quietMs) return ask(answerMs)
    stopTimer = timers.after(quietMs - quietForMs, wait)
  }
  const ask = (deadlineMs: number) => {
    stopTimer()
    const { receivedMessages } = wire
    const unsentBytes = wire.bufferedBytes
    asking = true
    stopTimer = timers.after(deadlineMs, () => {
      const isAlive = wire.receivedMessages > receivedMessages || wire.bufferedBytes < unsentBytes
      if (isAlive) wait()
      else dead()
    })
    probe().catch(() => {})
  }
  wait()
  return {
    check(deadlineMs) {
      if (!asking) ask(deadlineMs)
    },
    called() {
      if (!asking && timers.now() - wire.receivedAtMs >= freshMs) ask(answerMs)
    },
    stop: () => stopTimer(),
  }
}
