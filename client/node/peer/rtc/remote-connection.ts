import {
  lowMarkBytes,
  type PeerConnection,
  type PeerConnectionEvents,
} from '../../../core/peer/peer-connection.ts'
import type { FromRtc, Question, ToRtc } from './messages.ts'

/** A connection that another process has. */
export type RemoteConnection = {
  readonly connection: PeerConnection
  happened(message: Extract<FromRtc, { kind: 'happened' }>): void
  drained(bytes: number): void
  /** It or its process ended. */
  closed(): void
}

export const remoteConnection = (
  id: number,
  events: PeerConnectionEvents,
  {
    tell,
    ask,
    forget,
  }: {
    tell(message: ToRtc): void
    ask(id: number, question: Question, about?: unknown): Promise<unknown>
    /** Once it is closed. */
    forget(): void
  },
): RemoteConnection => {
  let [sentBytes, drainedBytes] = [0, 0]
  let isClosed = false

  const close = () => {
    if (isClosed) return
    isClosed = true
    forget()
    tell({ kind: 'close', id })
  }
  const closed = () => {
    if (isClosed) return
    close()
    events.close()
  }
  const bufferedBytes = () => (isClosed ? 0 : sentBytes - drainedBytes)

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
        await ask(id, 'offer')
      },
      async take(description) {
        await ask(id, 'take', description)
      },
      async takeCandidate(candidate) {
        await ask(id, 'takeCandidate', candidate)
      },
      isTurned: async () => (await ask(id, 'isTurned')) === true,
      close,
    },
    happened({ happening, value }) {
      if (happening === 'close') closed()
      // Each event comes with its own value: FromRtc says so.
      else (events[happening] as (value: unknown) => void)(value)
    },
    drained(bytes) {
      const wasFull = bufferedBytes() >= lowMarkBytes
      drainedBytes = bytes
      if (wasFull && bufferedBytes() < lowMarkBytes) events.low()
    },
    closed,
  }
}
