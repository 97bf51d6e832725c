import { createHmac } from 'node:crypto'
import type { Result } from '../../protocol/table.ts'
import type { Config } from '../config.ts'

/** How long credentials for the TURN server hold. */
export const turnCredentialMs = 6 * 60 * 60 * 1000

/**
 * The administrator's STUN and TURN servers. The credentials are made as draft-uberti-behave-turn-rest-00 says: the TURN
 * server shares the secret and checks them by itself, nothing is asked or told there.
 */
export const peerServers = (
  config: Pick<Config, 'stun' | 'turnUrl' | 'turnSecret'>,
  now: number,
  id: string,
): Result<'room.turn'> => {
  const { stun, turnUrl: urls, turnSecret } = config
  if (turnSecret === null || urls.length === 0) return { stun, turn: null }
  const expires = Math.floor((now + turnCredentialMs) / 1000)
  const username = `${expires}:${id}`
  const credential = createHmac('sha1', turnSecret).update(username).digest('base64')
  return { stun, turn: { urls, username, credential, expiresAt: expires * 1000 } }
}
