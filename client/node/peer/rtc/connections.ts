import {
  type Description,
  lowMarkBytes,
  type MakePeerConnection,
  type PeerConnection,
  type PeerConnectionEvents,
} from '../../../core/peer/peer-connection.ts'
import { iceServers } from './ice-servers.ts'

type Library = typeof import('node-datachannel')

/** What the library gives to the process that loaded it. */
export type Connections = {
  make: MakePeerConnection
  /** Ends its threads, without which the process does not end. */
  close(): void
}

/** Null where the library has no binary for this platform. */
export const loadConnections = async (): Promise<Connections | null> => {
  try {
    const library = await import('node-datachannel')
    return { make: peerConnections(library), close: () => library.cleanup() }
  } catch {
    return null
  }
}

const fingerprintOf = ({ sdp }: Description): string | undefined =>
  /^a=fingerprint:sha-256 (\S+)/im.exec(sdp)?.[1]?.toUpperCase()

const peerConnections =
  (library: Library): MakePeerConnection =>
  (servers, events: PeerConnectionEvents): PeerConnection => {
    const native = new library.PeerConnection('wherry', {
      iceServers: iceServers(servers),
      // Both sides make the channel, but only one of them the offer.
      disableAutoNegotiation: true,
    })
    const channel = native.createDataChannel('', { negotiated: true, id: 0 })
    let expected: string | undefined
    let isClosed = false

    const close = () => {
      if (isClosed) return
      isClosed = true
      channel.close()
      native.close()
    }
    const closed = () => {
      if (isClosed) return
      close()
      events.close()
    }
    /** What the native threads tell may arrive after the close. */
    const ifOpen =
      <A extends unknown[]>(run: (...args: A) => void) =>
      (...args: A) => {
        if (!isClosed) run(...args)
      }
    /** The library refuses other certificates by itself; this is told apart from a library that does not. */
    const isExpected = (): boolean => native.remoteFingerprint().value.toUpperCase() === expected

    const stateChanged = (state: string) => {
      if (state === 'connected') events.state(isExpected() ? 'connected' : 'failed')
      else if (state === 'disconnected') events.state('broken')
      else if (state === 'failed') events.state('failed')
      else if (state === 'closed') closed()
    }

    native.onStateChange(ifOpen(stateChanged))
    native.onLocalDescription(
      ifOpen((sdp, type) => {
        if (type === 'offer' || type === 'answer') events.description({ type, sdp })
      }),
    )
    native.onLocalCandidate(ifOpen((candidate, mid) => events.candidate({ candidate, mid })))
    // One less: the native event comes at the threshold, ours below it.
    channel.setBufferedAmountLowThreshold(lowMarkBytes - 1)
    channel.onBufferedAmountLow(ifOpen(events.low))
    channel.onOpen(ifOpen(() => (isExpected() ? events.open() : closed())))
    channel.onClosed(ifOpen(closed))
    channel.onError(ifOpen(closed))
    channel.onMessage(
      ifOpen(message => {
        if (typeof message === 'string') return
        events.message(message instanceof ArrayBuffer ? new Uint8Array(message) : viewOf(message))
      }),
    )

    return {
      channel: {
        send: message => void channel.sendMessageBinary(message),
        get bufferedBytes() {
          return isClosed ? 0 : channel.bufferedAmount()
        },
        close,
      },
      async offer() {
        native.setLocalDescription('offer')
      },
      async take(description) {
        expected = fingerprintOf(description)
        native.setRemoteDescription(description.sdp, description.type)
        if (description.type === 'offer') native.setLocalDescription('answer')
      },
      async takeCandidate({ candidate, mid }) {
        native.addRemoteCandidate(candidate, mid)
      },
      async isTurned() {
        const pair = native.getSelectedCandidatePair()
        return pair?.local.type === 'relay' || pair?.remote.type === 'relay'
      },
      close,
    }
  }

const viewOf = ({ buffer, byteOffset, length }: Buffer): Uint8Array<ArrayBuffer> =>
  new Uint8Array(buffer as ArrayBuffer, byteOffset, length)
