import type { Carrier } from '../../../client/core/peer/api.ts'
import type { MakePeerConnection, PeerConnectionEvents } from '../../../client/core/peer/peer-connection.ts'
import { memoryCarriers } from './memory-carriers.ts'

type Made = { events: PeerConnectionEvents; carrier: Carrier | null; isClosed: boolean; candidates: string[] }

/** Connections in memory that find each other by what their descriptions say, as those of WebRTC do. */
export const memoryConnections = () => {
  const made: Made[] = []
  const net = {
    /** No way is found: connections stay as they are. */
    isBlocked: false,
    /** Of the connections that were made, in order: those that see the way go through a TURN server. */
    turned: [] as number[],
    made,
    make: ((_servers, events) => {
      const own: Made = { events, carrier: null, isClosed: false, candidates: [] }
      const number = made.push(own) - 1
      const find = (sdp: string) => {
        const other = made[Number(sdp)]
        if (!other || net.isBlocked || own.isClosed || other.isClosed) return
        const ends = memoryCarriers('direct')
        for (const [one, carrier] of [
          [own, ends[0]],
          [other, ends[1]],
        ] as const) {
          one.carrier = carrier
          carrier.onMessage(one.events.message)
          carrier.onClose(one.events.close)
          one.events.state('connected')
        }
        own.events.open()
        other.events.open()
      }
      return {
        channel: {
          send(message) {
            own.carrier?.send(message)
            void own.carrier?.drained().then(events.low)
          },
          get bufferedBytes() {
            return own.carrier?.bufferedBytes ?? 0
          },
          close: () => own.carrier?.close(),
        },
        async offer() {
          events.candidate({ candidate: `of ${number}`, mid: '0' })
          events.description({ type: 'offer', sdp: String(number) })
        },
        async take({ type, sdp }) {
          await null
          if (type === 'offer') events.description({ type: 'answer', sdp: String(number) })
          else queueMicrotask(() => find(sdp))
        },
        async takeCandidate({ candidate }) {
          own.candidates.push(candidate)
        },
        isTurned: async (): Promise<boolean> => net.turned.includes(number),
        close() {
          own.isClosed = true
          own.carrier?.close()
        },
      }
    }) satisfies MakePeerConnection as MakePeerConnection,
  }
  return net
}
