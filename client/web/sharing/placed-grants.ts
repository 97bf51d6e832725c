import { msg, str } from '@lit/localize'
import { html, type TemplateResult } from 'lit'
import type { PlacedGrant } from '../../../protocol/values.ts'
import { formatDate } from '../text/format.ts'
import '../ui/avatar.ts'
import { icons } from '../ui/icons.ts'
import { subjectName } from './access-sentence.ts'
import { levelWord } from './level-words.ts'

const byPlace = new Intl.Collator(undefined, { numeric: true })

/** By their places, then by whom they are for. */
export const inOrder = (grants: readonly PlacedGrant[]): PlacedGrant[] => {
  const keyed = grants.map(grant => ({ grant, key: [placeOf(grant), subjectName(grant)].join('\n') }))
  return keyed.sort((a, b) => byPlace.compare(a.key, b.key)).map(({ grant }) => grant)
}

/** The names down to what a grant is on; none for the folder itself that was asked about. */
export const placeOf = ({ path }: PlacedGrant): string => path.join(' / ')

const givenBy = ({ grantedBy, grantedAt }: PlacedGrant): string =>
  grantedBy
    ? msg(str`given by ${grantedBy.name}, ${formatDate(grantedAt)}`)
    : msg(str`given ${formatDate(grantedAt)}`)

/** A line of a list of grants. `main` says in bold what the list is read for, `more` what else. */
export const placedGrantRow = (
  grant: PlacedGrant,
  { main, more, action }: { main: string; more: string; action?: TemplateResult },
): TemplateResult => html`<li>
  ${grant.subject.kind === 'everyone' ? icons.users : html`<wherry-avatar .person=${grant.subject.user}></wherry-avatar>`}
  <span class="main"><b>${main}</b><span class="hint">${[more, levelWord(grant.level), givenBy(grant)].filter(Boolean).join(' · ')}</span></span>
  ${action}
</li>`
