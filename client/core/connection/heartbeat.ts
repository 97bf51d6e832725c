import type { Stop, Timers } from '../api.ts'
import type { Wire } from './wire.ts'

const quietMs = 10_000
const answerMs = 10_000
/**
 * What was sent before a question has to arrive before it, and waits in the system's own buffers, where nothing is seen of it
 * (600 KB for a link of 30 KB/s; 4 MB where they may be large): so much more time for what exceeds a little.
 */
const slowestBytesPerSecond = 16 * 1024
const littleBytes = 64 * 1024
const longestDrainMs = 45_000
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
 * (`probe`), and calls `dead` if for 10 s, or longer after much was sent, nothing arrives and nothing leaves the send buffer.
 */
export const startHeartbeat = (
  timers: Timers,
  wire: Wire,
  probe: () => Promise<unknown>,
  dead: () => void,
): Heartbeat => {
  let stopTimer: Stop = () => {}
  /** The one that is open: answers to earlier ones say nothing any more. */
  let question: symbol | null = null
  /** Sent before a question that was answered. */
  let arrivedBytes = wire.sentBytes

  const drainMs = () => {
    const bytes = Math.max(0, wire.sentBytes - arrivedBytes - littleBytes)
    return Math.min(longestDrainMs, (1000 * bytes) / slowestBytesPerSecond)
  }

  const wait = () => {
    question = null
    const quietForMs = timers.now() - wire.receivedAtMs
    if (quietForMs >= quietMs) return ask(answerMs)
    stopTimer = timers.after(quietMs - quietForMs, wait)
  }
  const ask = (deadlineMs: number) => {
    stopTimer()
    const { receivedMessages, sentBytes } = wire
    const unsentBytes = wire.bufferedBytes
    const own = Symbol()
    question = own
    stopTimer = timers.after(deadlineMs + drainMs(), () => {
      const isAlive = wire.receivedMessages > receivedMessages || wire.bufferedBytes < unsentBytes
      if (isAlive) wait()
      else dead()
    })
    probe().then(
      () => {
        if (own !== question) return
        arrivedBytes = sentBytes
        stopTimer()
        wait()
      },
      () => {},
    )
  }
  wait()
  return {
    check(deadlineMs) {
      if (!question) ask(deadlineMs)
    },
    called() {
      if (!question && timers.now() - wire.receivedAtMs >= freshMs) ask(answerMs)
    },
    stop() {
      question = null
      stopTimer()
    },
  }
}
