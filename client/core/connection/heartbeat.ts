import type { Stop, Timers } from '../api.ts'
import type { Wire } from './wire.ts'

const quietMs = 5_000
/** An answer that takes longer leaves it in doubt whether what is shown is of now. */
const doubtMs = 3_000
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
 * Finds sockets that are dead without having been closed, which browsers cannot: after 5 s without a message it asks
 * (`probe`), tells `doubt` after 3 s without anything, and calls `dead` if for 10 s nothing arrives and nothing leaves the send
 * buffer; both later after much was sent. `answered` tells of each question that was; `patience` times as long is waited for the first one.
 */
export const startHeartbeat = (
  timers: Timers,
  wire: Wire,
  probe: () => Promise<unknown>,
  { doubt, dead, answered }: { doubt(isInDoubt: boolean): void; dead(): void; answered(): void },
  patience = 1,
): Heartbeat => {
  let firstAnswerMs: number | null = patience * answerMs
  let stopTimer: Stop = () => {}
  let stopDoubtTimer: Stop = () => {}
  /** The one that is open: answers to earlier ones say nothing any more. */
  let question: symbol | null = null
  /** Sent before a question that was answered. */
  let arrivedBytes = wire.sentBytes

  const drainMs = () => {
    const bytes = Math.max(0, wire.sentBytes - arrivedBytes - littleBytes)
    return Math.min(longestDrainMs, (1000 * bytes) / slowestBytesPerSecond)
  }

  const stopTimers = () => {
    stopTimer()
    stopDoubtTimer()
  }
  const wait = () => {
    question = null
    doubt(false)
    const quietForMs = timers.now() - wire.receivedAtMs
    if (quietForMs >= quietMs) return ask(firstAnswerMs ?? answerMs)
    stopTimer = timers.after(quietMs - quietForMs, wait)
  }
  const ask = (deadlineMs: number) => {
    stopTimers()
    const { receivedMessages, sentBytes } = wire
    const unsentBytes = wire.bufferedBytes
    const own = Symbol()
    question = own
    const isMoving = () => wire.receivedMessages > receivedMessages || wire.bufferedBytes < unsentBytes
    stopDoubtTimer = timers.after(doubtMs + drainMs(), () => doubt(!isMoving()))
    stopTimer = timers.after(deadlineMs + drainMs(), () => {
      if (isMoving()) wait()
      else dead()
    })
    probe().then(
      () => {
        if (own !== question) return
        arrivedBytes = sentBytes
        firstAnswerMs = null
        answered()
        stopTimers()
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
      if (!question && timers.now() - wire.receivedAtMs >= freshMs) ask(firstAnswerMs ?? answerMs)
    },
    stop() {
      question = null
      stopTimers()
    },
  }
}
