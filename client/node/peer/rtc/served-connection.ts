import {
  lowMarkBytes,
  type MakePeerConnection,
  type PeerServers,
} from '../../../core/peer/peer-connection.ts'
import type { FromRtc, Happening, ToRtc } from './messages.ts'

/** A connection of this process that another process uses. */
export type ServedConnection = {
  ask(asked: Extract<ToRtc, { kind: 'ask' }>): Promise<void>
  send(message: Uint8Array): void
  close(): void
}

/** Makes one and tells all that happens to it. One that cannot be made, or takes a message no more, is told as closed. */
export const serveConnection = (
  make: MakePeerConnection,
  id: number,
  servers: PeerServers,
  tell: (message: FromRtc) => void,
): ServedConnection | null => {
  let sentBytes = 0
  const on = (happening: Happening) => (value?: unknown) =>
    tell({ kind: 'happened', id, happening, value } as FromRtc)
  const tellDrained = (bufferedBytes: number) => {
    if (bufferedBytes < lowMarkBytes) tell({ kind: 'drained', id, bytes: sentBytes - bufferedBytes })
  }
  const closed = on('close')

  try {
    const connection = make(servers, {
      description: on('description'),
      candidate: on('candidate'),
      state: on('state'),
      open: on('open'),
      message: on('message'),
      low: () => tellDrained(connection.channel.bufferedBytes),
      close: closed,
    })
    return {
      async ask({ number, question, about }) {
        try {
          // Each question goes with what it is about: ToRtc says so.
          const value = await (connection[question] as (about: unknown) => Promise<unknown>)(about)
          tell({ kind: 'answered', id, number, value })
        } catch (error) {
          tell({ kind: 'refused', id, number, why: String(error) })
        }
      },
      send(message) {
        sentBytes += message.length
        try {
          connection.channel.send(message as Uint8Array<ArrayBuffer>)
        } catch {
          connection.close()
          return closed()
        }
        tellDrained(connection.channel.bufferedBytes)
      },
      close: connection.close,
    }
  } catch {
    closed()
    return null
  }
}
