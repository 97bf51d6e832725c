import type { IceServer } from 'node-datachannel'
import type { PeerServers } from '../../../core/peer/peer-connection.ts'

/** `turn:host:port?transport=udp`, as RFC 7064 and 7065 write it. */
const serverForm = /^(stun|turn):(\[[^\]]+\]|[^:?]+)(?::(\d+))?(?:\?transport=(\w+))?$/

const defaultPort = 3478

/** The servers that the library can speak to: over UDP alone, which is all it has. None are asked but those the hub names. */
export const iceServers = ({ stun, turn }: PeerServers): IceServer[] =>
  [...stun, ...(turn?.urls ?? [])].flatMap(url => {
    const [, scheme, host, port, transport = 'udp'] = serverForm.exec(url) ?? []
    if (!host || transport !== 'udp') return []
    const server = { hostname: host.replace(/^\[|\]$/g, ''), port: port ? Number(port) : defaultPort }
    if (scheme === 'stun') return [server]
    return turn
      ? [{ ...server, username: turn.username, password: turn.credential, relayType: 'TurnUdp' as const }]
      : []
  })
