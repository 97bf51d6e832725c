import type { Commit } from '../../storage/storage.ts'
import type { LevelOf } from '../auth/levels.ts'
import type { Connection } from '../connection.ts'
import type { Transfers } from '../transfers/transfers.ts'
import type { Broadcaster } from './broadcast.ts'
import { tellGrantees } from './grantees.ts'

export type RightsParts = {
  broadcaster: Pick<Broadcaster, 'doubt' | 'recheck' | 'edited'>
  transfers: Pick<Transfers, 'recheck'>
  connections: { all(): Iterable<Connection> }
  rootOf(space: string): Promise<string | null>
  levelOf: LevelOf
  failed(error: unknown): void
}

type Changed = Pick<Commit, 'rightsAt' | 'grants'>

const nothing: Changed = { rightsAt: [], grants: [] }
const isNothing = ({ rightsAt, grants }: Changed): boolean => rightsAt.length + grants.length === 0
const both = (one: Changed, other: Changed): Changed => ({
  rightsAt: [...one.rightsAt, ...other.rightsAt],
  grants: [...one.grants, ...other.grants],
})

/**
 * Has watches and uploads checked where a commit changed rights, and tells whom it concerns: one round after the other, so
 * that what is committed during one shares the next. What it answers is to be called at each commit.
 */
export const followRights = (parts: RightsParts): ((commit: Changed) => void) => {
  const { broadcaster, transfers, failed } = parts
  let waiting = nothing
  let running = false

  const round = async ({ rightsAt, grants }: Changed): Promise<void> => {
    const tops = [...new Set(rightsAt.map(({ entry }) => entry))]
    const [told] = await Promise.all([broadcaster.recheck(rightsAt), transfers.recheck(tops)])
    await tellGrantees(parts, grants, told)
    // For eyes: what enforces rights does not wait for it.
    broadcaster.edited(grants).catch(failed)
  }

  const run = async (): Promise<void> => {
    while (!isNothing(waiting)) {
      const changed = waiting
      waiting = nothing
      try {
        await round(changed)
      } catch (error) {
        // The next round has to look there as well.
        waiting = both(changed, waiting)
        throw error
      }
    }
  }

  return ({ rightsAt, grants }) => {
    const changed = { rightsAt, grants }
    if (isNothing(changed)) return
    broadcaster.doubt(new Set(rightsAt.map(({ space }) => space)))
    waiting = both(waiting, changed)
    if (running) return
    running = true
    run()
      .catch(failed)
      .finally(() => {
        running = false
      })
  }
}
