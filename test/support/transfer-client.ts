import type { Credentials, HubClient, TransferLink } from '../../client/core/api.ts'
import { createClient } from '../../client/core/client.ts'
import { nodeSocket } from '../../client/node/socket.ts'
import type { Result } from '../../protocol/table.ts'

/** Keeps a sign-in for as long as the process runs. */
const memoryCredentials = (): Credentials => {
  let kept: Result<'session.login'> | null = null
  return {
    keep: 'token',
    async renew(refresh, stale) {
      if (!kept?.refresh) return null
      if (kept.access !== stale) return { access: kept.access, expiresAt: kept.accessExpiresAt }
      kept = await refresh(kept.refresh)
      return { access: kept.access, expiresAt: kept.accessExpiresAt }
    },
    async store(signedIn) {
      kept = signedIn
    },
    async forget() {
      kept = null
    },
  }
}

/** A signed-in client of a hub, with the root folder of its personal space. */
export const signedInClient = async (
  hubUrl: string,
  { email, password }: { email: string; password: string },
): Promise<{ client: HubClient & TransferLink; root: string }> => {
  const client = createClient({
    url: `${hubUrl.replace('http', 'ws')}/ws`,
    socket: nodeSocket,
    credentials: memoryCredentials(),
    agent: 'wherry-test/0',
    retryDelayMs: () => 50,
  })
  await client.whenState('live', 'signedOut')
  const user = await client.signIn(email, password)
  const { spaces } = await client.call('space.list', {})
  const own = spaces.find(space => space.owner?.id === user.id)
  if (!own) throw new Error('the user has no space')
  return { client, root: own.root }
}
