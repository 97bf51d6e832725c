import {
  lowMarkBytes,
  type MakePeerConnection,
  type PeerChannel,
  type PeerConnectionEvents,
  type PeerServers,
} from '../../core/peer/peer-connection.ts'

const iceServers = ({ stun, turn }: PeerServers): RTCIceServer[] => [
  ...(stun.length > 0 ? [{ urls: stun }] : []),
  ...(turn ? [{ urls: turn.urls, username: turn.username, credential: turn.credential }] : []),
]

const states: Partial<Record<RTCPeerConnectionState, 'connected' | 'broken' | 'failed'>> = {
  connected: 'connected',
  disconnected: 'broken',
  failed: 'failed',
}

/** False in browsers, and by policies, that know no WebRTC: everything goes through the hub then. */
export const hasWebRtc = (): boolean => 'RTCPeerConnection' in window

const openChannel = (connection: RTCPeerConnection, events: PeerConnectionEvents, closed: () => void) => {
  const channel = connection.createDataChannel('wherry', { negotiated: true, id: 0, ordered: true })
  channel.binaryType = 'arraybuffer'
  channel.bufferedAmountLowThreshold = lowMarkBytes
  channel.onopen = () => events.open()
  channel.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => events.message(new Uint8Array(data))
  channel.onbufferedamountlow = () => events.low()
  channel.onclose = closed
  return channel
}

const asPeerChannel = (channel: RTCDataChannel): PeerChannel => ({
  send(message) {
    if (channel.readyState === 'open') channel.send(message)
  },
  get bufferedBytes() {
    return channel.bufferedAmount
  },
  close: () => channel.close(),
})

/** The statistics that say which pair of candidates is used, as far as browsers agree on them. */
type Statistic = {
  type: string
  selectedCandidatePairId?: string
  localCandidateId?: string
  remoteCandidateId?: string
  candidateType?: string
  selected?: boolean
  nominated?: boolean
  state?: string
}

const isTurned = async (connection: RTCPeerConnection): Promise<boolean> => {
  const report = (await connection.getStats()) as unknown as ReadonlyMap<string, Statistic>
  const all = [...report.values()]
  const named = all.find(one => one.type === 'transport')?.selectedCandidatePairId
  // Firefox names no pair in its transport, but marks the one.
  const pair =
    (named && report.get(named)) ||
    all.find(
      one => one.type === 'candidate-pair' && (one.selected || (one.nominated && one.state === 'succeeded')),
    )
  const ends = [pair?.localCandidateId, pair?.remoteCandidateId].map(id => report.get(id ?? ''))
  return ends.some(end => end?.candidateType === 'relay')
}

/** The browser's RTCPeerConnection, with the one channel. */
export const rtcConnection: MakePeerConnection = (servers, events) => {
  const connection = new RTCPeerConnection({ iceServers: iceServers(servers) })
  let isClosed = false
  const closed = () => {
    if (isClosed) return
    isClosed = true
    connection.close()
    events.close()
  }
  const channel = openChannel(connection, events, closed)

  const describe = async () => {
    await connection.setLocalDescription()
    const { localDescription } = connection
    if (!localDescription) return
    const type = localDescription.type === 'offer' ? 'offer' : 'answer'
    events.description({ type, sdp: localDescription.sdp })
  }
  connection.onicecandidate = ({ candidate }) => {
    if (candidate?.candidate)
      events.candidate({ candidate: candidate.candidate, mid: candidate.sdpMid ?? '0' })
  }
  connection.onconnectionstatechange = () => {
    const state = states[connection.connectionState]
    if (state && !isClosed) events.state(state)
    if (connection.connectionState === 'closed') closed()
  }

  return {
    channel: asPeerChannel(channel),
    async offer() {
      if (connection.localDescription) connection.restartIce()
      await describe()
    },
    async take(description) {
      await connection.setRemoteDescription(description)
      if (description.type === 'offer') await describe()
    },
    takeCandidate: ({ candidate, mid }) => connection.addIceCandidate({ candidate, sdpMid: mid }),
    isTurned: () => isTurned(connection),
    close: closed,
  }
}
