import { limits } from '../../protocol/limits.ts'
import type { Handler } from '../context.ts'

export const listSpaces: Handler<'space.list'> = async ({ storage, principal }, { name }) => {
  const [spaces, shared] = await Promise.all([
    storage.spaces.visibleTo(principal.user, name),
    storage.spaces.sharedWith(principal.user, name),
  ])
  const fits = Math.max(spaces.length, shared.length) <= limits.listItems
  return {
    spaces: spaces.slice(0, limits.listItems),
    shared: shared.slice(0, limits.listItems),
    ...(fits ? {} : { more: true as const }),
  }
}
