import { limits } from '../../protocol/limits.ts'
import type { Handler } from '../context.ts'

export const listSpaces: Handler<'space.list'> = async ({ storage, principal }) => {
  const [spaces, shared] = await Promise.all([
    storage.spaces.visibleTo(principal.user),
    storage.spaces.sharedWith(principal.user),
  ])
  return { spaces: spaces.slice(0, limits.listItems), shared: shared.slice(0, limits.listItems) }
}
