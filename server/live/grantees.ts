import type { Commit } from '../../storage/storage.ts'
import type { LevelOf } from '../auth/levels.ts'
import { asUser, type Connection } from '../connection.ts'
import type { Watch } from './watches.ts'

export type GranteeParts = {
  connections: { all(): Iterable<Connection> }
  levelOf: LevelOf
}

/** Tells people, on each connection of theirs, the level they have now where a grant changed, or its entry went, moved, or was renamed or replaced; but not those `told` already. */
export const tellGrantees = async (
  { connections, levelOf }: GranteeParts,
  grants: Commit['grants'],
  told: readonly Watch[],
): Promise<void> => {
  if (grants.length === 0) return
  const tell = async (connection: Connection, { entry, space }: Commit['grants'][number]) => {
    const principal = asUser(connection.principal)
    if (principal === null) return
    if (told.some(watch => watch.connection === connection && watch.folder === entry)) return
    const level = await levelOf(principal.user, entry)
    // It may have signed out while the level was read.
    if (asUser(connection.principal)?.user === principal.user) {
      connection.notify('access.changed', { space, entry, level })
    }
  }
  const all = [...connections.all()]
  const byUser = Map.groupBy(all, ({ principal }) => asUser(principal)?.user)
  const whom = ({ user }: Commit['grants'][number]) => (user === null ? all : (byUser.get(user) ?? []))
  await Promise.all(grants.flatMap(grant => whom(grant).map(connection => tell(connection, grant))))
}
