import type { Access, LevelRule } from '../../protocol/call.ts'
import { WherryError } from '../../protocol/errors.ts'
import { includesLevel } from '../../protocol/levels.ts'
import type { Authority, NeededLevel } from '../../storage/storage.ts'
import type { Connection, Principal, UserPrincipal } from '../connection.ts'
import type { Hub } from '../context.ts'

type Parts = Pick<Hub, 'levelOf' | 'transfers' | 'rooms'>

/** The entries whose levels decide about a target; null if there is no such thing. */
const entriesOf = async (
  hub: Parts,
  connection: Connection,
  principal: UserPrincipal,
  of: LevelRule['of'],
  named: unknown,
): Promise<readonly string[] | null> => {
  if (of === 'entries') return named as string[]
  const id = named as string
  if (of === 'upload') return one(await hub.transfers.uploadFolder(principal.user, id))
  if (of === 'download') return one(hub.transfers.downloadEntry(connection, id))
  return [id]
}

const one = (id: string | null): [string] | null => (id === null ? null : [id])

/**
 * The one place that decides whether a principal may make a call. Throws `not_found` if something that the call names
 * is not readable or is a room without a seat for the caller, else `forbidden` if a level is not enough. `params` are parsed.
 * Answers what a change that the call makes is to be authorised by again in its transaction; null for calls without a session.
 */
export const authorize = async (
  hub: Parts,
  connection: Connection,
  principal: Principal,
  access: Access,
  params: Record<string, unknown>,
): Promise<Authority | null> => {
  if (access === 'anyone') return null
  if (access === 'room') {
    if (hub.rooms.seatOf(connection, params.room as string) === null) throw new WherryError('not_found')
    return null
  }
  if (principal.kind === 'guest') throw new WherryError('unauthenticated')
  const { session } = principal
  if (access === 'session') return { session, administrator: false, levels: [] }
  if (access === 'administrator') {
    if (principal.role !== 'admin') throw new WherryError('forbidden', 'Only an administrator may do that.')
    return { session, administrator: true, levels: [] }
  }
  const needed: NeededLevel[] = []
  let isEnough = true
  for (const { level, of } of access) {
    const entries = await entriesOf(hub, connection, principal, of, params[of])
    if (entries === null) throw new WherryError('not_found')
    const have = await Promise.all(entries.map(entry => hub.levelOf(principal.user, entry)))
    if (have.includes(null)) throw new WherryError('not_found')
    if (!have.every(each => includesLevel(each, level))) isEnough = false
    needed.push(of === 'upload' ? { level, upload: params.upload as string } : { level, entries })
  }
  if (!isEnough) throw new WherryError('forbidden')
  return { session, administrator: false, levels: needed }
}
