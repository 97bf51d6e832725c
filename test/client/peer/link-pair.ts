import type { PairKeys } from '../../../client/core/peer/api.ts'
import { createLink, type OwnLink } from '../../../client/core/peer/link/link.ts'
import { createSealer, type MakeCipher } from '../../../client/core/peer/link/sealer.ts'

export const somePairKeys = (): { sender: PairKeys; receiver: PairKeys } => {
  const key = () => crypto.getRandomValues(new Uint8Array(32))
  const [a, b, c, d] = [key(), key(), key(), key()] as const
  const again = Buffer.from(key()).toString('base64url')
  return {
    sender: { role: 'sender', signalSend: a, signalReceive: b, linkSend: c, linkReceive: d, again },
    receiver: { role: 'receiver', signalSend: b, signalReceive: a, linkSend: d, linkReceive: c, again },
  }
}

/** Two links that share keys and have no carrier yet. */
export const linkPair = async (makeCipher?: MakeCipher): Promise<[OwnLink, OwnLink]> => {
  const { sender, receiver } = somePairKeys()
  return [
    createLink(await createSealer(sender, makeCipher)),
    createLink(await createSealer(receiver, makeCipher)),
  ]
}
