import { msg, str } from '@lit/localize'
import type { Grant } from '../../../protocol/values.ts'

/** One sentence that says who can see an entry now, to the administrator `me`. */
export const accessSentence = (grants: readonly Grant[], me: string | undefined): string => {
  if (grants.some(grant => grant.subject.kind === 'everyone')) {
    return msg('Everyone with an account on this hub can see this.')
  }
  const people = grants.flatMap(({ subject }) => (subject.kind === 'user' ? [subject.user] : []))
  // Whoever was given it is not the owner, who has no grant.
  const owner = people.some(({ id }) => id === me) ? [msg('the owner of the space')] : []
  const names = [...owner, ...new Set(people.flatMap(({ id, name }) => (id === me ? [] : [name])))]
  const [first, second] = names
  if (first === undefined) return msg('Nobody else was given access to this.')
  if (second === undefined) return msg(str`You and ${first} can see this.`)
  if (names.length === 2) return msg(str`You, ${first} and ${second} can see this.`)
  return msg(str`You, ${first}, ${second} and ${names.length - 2} more can see this.`)
}

/** Who a grant is for, as shown in lists. */
export const subjectName = ({ subject }: Pick<Grant, 'subject'>): string =>
  subject.kind === 'everyone' ? msg('Everyone') : subject.user.name
