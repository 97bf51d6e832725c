import type { HubClient, SocketFactory, TransferLink } from '../../../client/core/api.ts'
import { createClient } from '../../../client/core/client.ts'
import { fileCredentials } from '../../../client/node/credentials.ts'
import { nodeSocket } from '../../../client/node/socket.ts'
import { administrator } from '../../../test/support/hub-process.ts'

export type Client = HubClient & TransferLink

/** Where a client finds its hub, and the directory that keeps its sign-in between tasks. */
export type Address = { hub: string; session: string }

/** A signed-in connection; the first one of a session signs in with the administrator's password. */
export const connect = async (
  { hub, session }: Address,
  socket: SocketFactory = nodeSocket,
): Promise<Client> => {
  const client = createClient({
    url: `${hub.replace('http', 'ws')}/ws`,
    socket,
    credentials: fileCredentials(hub, session),
    agent: 'wherry-bench',
  })
  const state = await client.whenState('signedOut', 'live')
  if (state === 'signedOut') await client.signIn(administrator.email, administrator.password)
  return client
}

export const withClient = async <T>(address: Address, work: (client: Client) => Promise<T>): Promise<T> => {
  const client = await connect(address)
  try {
    return await work(client)
  } finally {
    client.close()
  }
}

/** The folder that the benchmark works in: the administrator's own. */
export const rootOf = async (client: Client): Promise<string> => {
  const { spaces } = await client.call('space.list', {})
  const root = spaces[0]?.root
  if (!root) throw new Error('the administrator has no space')
  return root
}
