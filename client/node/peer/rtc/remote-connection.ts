import {
  lowMarkBytes,
  type PeerConnection,
  type PeerConnectionEvents,
} from '../../../core/peer/peer-connection.ts'
import type { OfConnection, Question, ToRtc } from './messages.ts'

/** A connection that another process has. */
export type RemoteConnection = {
  readonly connection: PeerConnection
  /** What the other process tells of it. */
  take(message: OfConnection): void
  /** It or its process ended. */
  closed(): void
}

/** `forget` is called once, when it is closed. */
export const remoteConnection = (
  id: number,
  events: PeerConnectionEvents,
  { tell, forget }: { tell(message: ToRtc): void; forget(): void },
): RemoteConnection => {
  const questions = new Map<number, PromiseWithResolvers<unknown>>()
  let [sentBytes, drainedBytes, lastQuestion] = [0, 0, 0]
  let isClosed = false

  const ask = (question: Question, about?: unknown): Promise<unknown> => {
    const answer = Promise.withResolvers<unknown>()
    if (isClosed) answer.reject(new Error('The connection is closed.'))
    else {
      const number = ++lastQuestion
      questions.set(number, answer)
      // Each question goes with what it is about: ToRtc says so.
      tell({ kind: 'ask', id, number, question, about } as ToRtc)
    }
    return answer.promise
  }
  const close = () => {
    if (isClosed) return
    isClosed = true
    for (const { reject } of questions.values()) reject(new Error('The connection was closed.'))
    questions.clear()
    forget()
    tell({ kind: 'close', id })
  }
  const closed = () => {
    if (isClosed) return
    close()
    events.close()
  }
  const bufferedBytes = () => (isClosed ? 0 : sentBytes - drainedBytes)

  const happened = ({ happening, value }: Extract<OfConnection, { kind: 'happened' }>) => {
    if (happening === 'close') closed()
    // Each event comes with its own value: FromRtc says so.
    else (events[happening] as (value: unknown) => void)(value)
  }
  const drained = (bytes: number) => {
    const wasFull = bufferedBytes() >= lowMarkBytes
    drainedBytes = bytes
    if (wasFull && bufferedBytes() < lowMarkBytes) events.low()
  }
  const takeAnswer = (message: Extract<OfConnection, { kind: 'answered' | 'refused' }>) => {
    const answer = questions.get(message.number)
    questions.delete(message.number)
    if (message.kind === 'answered') answer?.resolve(message.value)
    else answer?.reject(new Error(message.why))
  }

  return {
    connection: {
      channel: {
        send(message) {
          sentBytes += message.length
          tell({ kind: 'send', id, message })
        },
        get bufferedBytes() {
          return bufferedBytes()
        },
        close,
      },
      async offer() {
        await ask('offer')
      },
      async take(description) {
        await ask('take', description)
      },
      async takeCandidate(candidate) {
        await ask('takeCandidate', candidate)
      },
      isTurned: async () => (await ask('isTurned')) === true,
      close,
    },
    take(message) {
      if (message.kind === 'happened') happened(message)
      else if (message.kind === 'drained') drained(message.bytes)
      else takeAnswer(message)
    },
    closed,
  }
}
