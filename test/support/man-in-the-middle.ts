import type { Role, Secret } from '../../client/core/peer/api.ts'
import { decodePairing, encodePairing } from '../../client/core/peer/pairing/pairing-messages.ts'
import {
  type Paired,
  receiverSide,
  type Side,
  senderSide,
} from '../../client/core/peer/pairing/pairing-sides.ts'
import type { Deeds } from './evil-hub.ts'

/**
 * A hub that puts itself between the two: it pairs with the sender as the receiver and with the receiver as the sender,
 * by a guess of the code. `keys` are those that it came to know.
 */
export const manInTheMiddle = (
  room: string,
  guess: Secret,
): { deeds: Deeds; keys: Partial<Record<Role, Paired>> } => {
  const keys: Partial<Record<Role, Paired>> = {}
  // Towards each of the two it plays the other.
  const played: Record<Role, Side> = {
    sender: receiverSide(room, guess),
    receiver: senderSide(room, [guess]),
  }
  let hasBegun = false
  return {
    keys,
    deeds: {
      signal(envelope, to, hub) {
        const from: Role = to === 'sender' ? 'receiver' : 'sender'
        if (!hasBegun) {
          hasBegun = true
          const step = played.sender.appeared()
          if (step?.send) hub.inject('sender', encodePairing(step.send))
        }
        const message = decodePairing(envelope)
        const step = message && played[from].received(message)
        if (step?.paired) keys[from] = step.paired
        if (step?.send) hub.inject(from, encodePairing(step.send))
        return []
      },
    },
  }
}
