import type { Candidate, Description, MakePeerConnection } from '../../client/core/peer/peer-connection.ts'

const isOfTurn = ({ candidate }: Candidate): boolean => / typ relay( |$)/.test(candidate)

const withoutOthers = ({ type, sdp }: Description): Description => ({
  type,
  sdp: sdp
    .split('\r\n')
    .filter(line => !line.startsWith('a=candidate:') || isOfTurn({ candidate: line, mid: '' }))
    .join('\r\n'),
})

/** Connections that tell the other side nothing but their TURN server's address: a network without any other way. */
export const turnedConnections =
  (make: MakePeerConnection): MakePeerConnection =>
  (servers, events) =>
    make(servers, {
      ...events,
      description: description => events.description(withoutOthers(description)),
      candidate: candidate => isOfTurn(candidate) && events.candidate(candidate),
    })
