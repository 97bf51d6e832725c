import type { Grant, PlacedGrant } from '../../../protocol/values.ts'
import { printable } from './output.ts'

/** Who a grant is for, as it is typed. */
export const who = ({ subject }: Pick<Grant, 'subject'>): string =>
  subject.kind === 'everyone' ? 'everyone' : subject.email

const sortKey = (grant: PlacedGrant): string => JSON.stringify([grant.spaceName, ...grant.path, who(grant)])

/** By place, then by whom they are for. */
export const inOrder = (grants: readonly PlacedGrant[]): PlacedGrant[] => {
  const keys = new Map(grants.map(grant => [grant, sortKey(grant)]))
  return grants.toSorted((a, b) => ((keys.get(a) ?? '') < (keys.get(b) ?? '') ? -1 : 1))
}

/** A line of a list: the place below `start`, as it is typed, or as space:path; who has which level; who gave it. */
export const grantColumns = (grant: PlacedGrant, start = `${grant.spaceName}:`): string[] => {
  const path = grant.path.join('/')
  const place = start.endsWith(':') || path === '' ? `${start}${path}` : `${start}/${path}`
  return [
    printable(place),
    who(grant),
    grant.level,
    grant.grantedBy ? `by ${printable(grant.grantedBy.name)}` : '',
  ]
}
