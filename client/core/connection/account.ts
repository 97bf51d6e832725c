import { WherryError } from '../../../protocol/errors.ts'
import type { Result } from '../../../protocol/table.ts'
import type { User } from '../../../protocol/values.ts'
import type { ClientOptions, HubClient } from '../api.ts'
import type { createClientState } from './client-state.ts'
import type { Connection } from './connection.ts'
import type { ClientSession } from './session.ts'
import type { CallNow, SignedIn } from './sign-in.ts'

export type AccountHost = Pick<ClientOptions, 'credentials' | 'agent'> & {
  state: ReturnType<typeof createClientState>
  session: ClientSession
  connection: Connection
  call: HubClient['call']
  callNow: CallNow
  goLive(signedIn: SignedIn): void
  endSession(): void
}

/** What a person does about signing in: the part of HubClient that says so. */
export const createAccount = (host: AccountHost): Pick<HubClient, 'signIn' | 'setUp' | 'signOut'> => {
  const { credentials, agent, state, session, connection } = host

  /** Takes over a fresh sign-in that was made on the socket of now. */
  const accept = async (signedIn: Result<'session.login'>): Promise<User> => {
    const { wire } = connection
    session.want()
    try {
      await credentials.store(signedIn)
    } catch (error) {
      // Nobody could ever use it again.
      session.abandon()
      await host.callNow('session.logout', {}).catch(() => {})
      throw error
    }
    if (state.current === 'closed') throw new WherryError('cancelled')
    if (wire && connection.wire === wire) host.goLive(signedIn)
    else {
      connection.restart()
      await state.when('live')
    }
    return signedIn.user
  }

  return {
    async signIn(email, password) {
      return accept(await host.call('session.login', { email, password, keep: credentials.keep, agent }))
    },
    async setUp(account) {
      return accept(await host.call('account.setup', { ...account, keep: credentials.keep, agent }))
    },
    async signOut() {
      session.abandon()
      // A hub that cannot be reached ends the session when it expires.
      if (state.current === 'live') await host.callNow('session.logout', {}).catch(() => {})
      try {
        await credentials.forget()
      } finally {
        if (state.current === 'live') host.endSession()
      }
    },
  }
}
