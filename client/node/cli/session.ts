import { isReason, WherryError } from '../../../protocol/errors.ts'
import { socketPath } from '../../../protocol/rpc.ts'
import type { EventParams } from '../../../protocol/table.ts'
import type { Credentials, HubClient, TransferLink } from '../../core/api.ts'
import { createClient } from '../../core/client.ts'
import { fileCredentials } from '../credentials.ts'
import { currentHub } from '../current-hub.ts'
import { SessionFileError } from '../session-file.ts'
import { nodeSockets } from '../socket.ts'
import { agent } from './agent.ts'
import { startAttempt } from './attempt.ts'
import type { CommandContext } from './command.ts'
import { hubAddress } from './hub-address.ts'

export type Client = HubClient & TransferLink

/** Why a session was ended, as far as it is not plain to whoever typed the command. */
const endWords: Partial<Record<EventParams<'session.ended'>['reason'], string>> = {
  disabled: 'This account was disabled by an administrator.',
  password: 'The password of this account was changed. Sign in with the new one.',
}

/** A command that ends its own session is over by then. */
const endedMs = 500

/** A client tries for ever to sign in with what is kept; where that cannot be read or kept, no try helps. */
const tellingFailure = (credentials: Credentials, tell: (error: SessionFileError) => void): Credentials => ({
  ...credentials,
  async renew(refresh, stale) {
    try {
      return await credentials.renew(refresh, stale)
    } catch (error) {
      if (error instanceof SessionFileError) tell(error)
      throw error
    }
  },
})

type SessionParts = Pick<CommandContext, 'output' | 'signal'> & { hubOption: string | undefined }

/** The connections of one run of a command. */
export const openSession = ({ hubOption, output, signal }: SessionParts) => {
  const clients: Client[] = []
  const ended = Promise.withResolvers<never>()
  let endTimer: NodeJS.Timeout | undefined
  let whyEnded = 'This session was ended. Sign in again.'

  const hub = async (): Promise<string> => {
    const address = hubOption ?? (process.env.WHERRY_HUB || (await currentHub()))
    if (address) return hubAddress(address)
    throw new WherryError('unauthenticated', 'Sign in first: wherry login URL --email E')
  }

  const connectTo = async (address: string): Promise<Client> => {
    const url = new URL(socketPath, address)
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
    const attempt = startAttempt(address, output, signal)
    const client = createClient({
      url: url.href,
      socket: nodeSockets(attempt.notOpened),
      credentials: tellingFailure(fileCredentials(address), attempt.fail),
      agent,
    })
    clients.push(client)
    await Promise.race([client.whenState('live', 'signedOut'), attempt.failure]).finally(attempt.end)
    return client
  }

  const connect = async (): Promise<Client> => {
    const address = await hub()
    const client = await connectTo(address)
    if (client.state !== 'live')
      throw new WherryError('unauthenticated', `Sign in first: wherry login ${address} --email E`)
    client.onState(state => {
      if (state !== 'signedOut') return
      endTimer ??= setTimeout(() => ended.reject(new WherryError('session_ended', whyEnded)), endedMs)
    })
    client.on('session.ended', ({ reason }) => {
      whyEnded = endWords[reason] ?? whyEnded
    })
    return client
  }

  return {
    hub,
    connectTo,
    connect,
    /** Rejects with `session_ended` when the hub ends the session of a command that goes on. */
    ended: ended.promise,
    /** The error of a command in the words of what ended the session, if that was it. */
    explained: (error: unknown): unknown =>
      isReason(error, 'session_ended')
        ? new WherryError('session_ended', whyEnded, {}, { cause: error })
        : error,
    close() {
      clearTimeout(endTimer)
      for (const client of clients) client.close()
    },
  }
}
