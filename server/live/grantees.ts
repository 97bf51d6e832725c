import { limits } from '../../protocol/limits.ts'
import type { Commit } from '../../storage/storage.ts'
import type { LevelOf } from '../auth/levels.ts'
import { asUser, type Connection } from '../connection.ts'
import { inSlices } from '../slices.ts'
import type { Watch } from './watches.ts'

export type GranteeParts = {
  connections: { all(): Iterable<Connection> }
  rootOf(space: string): Promise<string | null>
  levelOf: LevelOf
}

type Changed = { entry: string; space: string }

/**
 * Tells people, on each connection of theirs, the level they have now where a grant changed, or its entry went, moved, or was
 * renamed or replaced; but not those `told` already. Of many entries it tells the roots of their spaces.
 */
export const tellGrantees = async (
  { connections, rootOf, levelOf }: GranteeParts,
  grants: Commit['grants'],
  told: readonly Watch[],
): Promise<void> => {
  if (grants.length === 0) return
  const pause = inSlices()
  const toldOf = Map.groupBy(told, ({ connection }) => connection)

  const shortened = async (changed: readonly Changed[]): Promise<readonly Changed[]> => {
    const entries = [...new Map(changed.map(one => [one.entry, one])).values()]
    if (entries.length <= limits.accessChanges) return entries
    const spaces = [...new Set(entries.map(({ space }) => space))]
    const roots = await Promise.all(spaces.map(async space => ({ space, entry: await rootOf(space) })))
    return roots.filter((root): root is Changed => root.entry !== null)
  }

  const tell = async (user: string, connection: Connection, { entry, space }: Changed): Promise<void> => {
    if (toldOf.get(connection)?.some(watch => watch.folder === entry)) return
    const level = await levelOf(user, entry)
    // It may have signed out while the level was read.
    if (asUser(connection.principal)?.user === user)
      connection.notify('access.changed', { space, entry, level })
  }

  const byUser = Map.groupBy(connections.all(), ({ principal }) => asUser(principal)?.user)
  const ofUser = Map.groupBy(grants, ({ user }) => user)
  const ofAll = await shortened(ofUser.get(null) ?? [])
  for (const [user, all] of byUser) {
    if (user === undefined) continue
    const own = ofUser.get(user)
    const changed = own === undefined ? ofAll : await shortened([...ofAll, ...own])
    for (const connection of all) {
      for (const one of changed) await tell(user, connection, one)
      await pause()
    }
  }
}
