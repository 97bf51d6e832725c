import { isReason } from '../../protocol/errors.ts'
import { limits } from '../../protocol/limits.ts'
import type { ParamsInput, Result } from '../../protocol/table.ts'
import type { GrantCursor, Person, PlacedGrant, User } from '../../protocol/values.ts'
import { allPages } from './all-pages.ts'
import type { HubClient } from './api.ts'

type Client = Pick<HubClient, 'call'>

/** For administrators: all accounts, by e-mail address. */
export const allUsers = (client: Client, signal?: AbortSignal): Promise<User[]> =>
  allPages(async (after: string | null) => {
    const { users, next } = await client.call('user.list', { after, limit: limits.pageUsers }, { signal })
    return { items: users, next }
  })

/** Who owns the space that an entry is in, and may do everything there, whatever is granted; null for none. */
export const ownerOf = async (client: Client, entry: string, signal?: AbortSignal): Promise<Person | null> =>
  (await client.call('entry.get', { entry }, { signal })).space.owner

/** All grants on an entry and on what is in it, in no order that says something. */
export const grantsBelow = (client: Client, entry: string, signal?: AbortSignal): Promise<PlacedGrant[]> =>
  allPages(async (after: GrantCursor | null) => {
    const params = { entry, after, limit: limits.pageGrants }
    const { grants, next } = await client.call('access.review', params, { signal })
    return { items: grants, next }
  })

/** Gives a level in the place of the one in `replaces`: `conflict` where it is another one now. An older hub cannot look. */
export const replaceGrant = async (
  client: Client,
  { replaces, ...grant }: ParamsInput<'access.grant'>,
): Promise<Result<'access.grant'>> => {
  try {
    return await client.call('access.grant', { ...grant, replaces })
  } catch (error) {
    if (!isReason(error, 'invalid_params')) throw error
    return client.call('access.grant', grant)
  }
}

/** For administrators: all grants to an account and to everyone, in no order that says something. */
export const grantsTo = (client: Client, user: string, signal?: AbortSignal): Promise<PlacedGrant[]> =>
  allPages(async (after: GrantCursor | null) => {
    const params = { user, after, limit: limits.pageGrants }
    const { grants, next } = await client.call('user.grants', params, { signal })
    return { items: grants, next }
  })
