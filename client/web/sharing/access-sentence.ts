import { msg, str } from '@lit/localize'
import type { Grant, Person } from '../../../protocol/values.ts'

/** One sentence that says who can see an entry now, to the administrator `me`. `owner`: of the space. */
export const accessSentence = (
  grants: readonly Grant[],
  me: string | undefined,
  owner: Person | null,
): string => {
  if (grants.some(grant => grant.subject.kind === 'everyone')) {
    return msg('Everyone with an account on this hub can see this.')
  }
  const given = grants.flatMap(({ subject }) => (subject.kind === 'user' ? [subject.user] : []))
  const people = new Map([...(owner ? [owner] : []), ...given].map(({ id, name }) => [id, name]))
  people.delete(me ?? '')
  const names = [...people.values()]
  const [first, second] = names
  if (first === undefined) return msg('Nobody else was given access to this.')
  if (second === undefined) return msg(str`You and ${first} can see this.`)
  if (names.length === 2) return msg(str`You, ${first} and ${second} can see this.`)
  return msg(str`You, ${first}, ${second} and ${names.length - 2} more can see this.`)
}

/** Who a grant is for, as shown in lists. */
export const subjectName = ({ subject }: Pick<Grant, 'subject'>): string =>
  subject.kind === 'everyone' ? msg('Everyone') : subject.user.name
