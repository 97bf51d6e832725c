import { msg, str } from '@lit/localize'
import { isReason } from '../../../protocol/errors.ts'
import type { Entry } from '../../../protocol/values.ts'
import type { HubClient } from '../../core/api.ts'
import { errorSentence } from '../text/errors.ts'
import { formatCount } from '../text/format.ts'
import { named } from '../text/named.ts'
import { plainName } from '../text/plain-name.ts'
import { announce, say } from '../ui/say.ts'
import type { DropTarget } from './drag.ts'

/** What people are told of the actions of actions.ts where they did not go as they were meant to. */

/** What an action needs: the hub, and where its toasts start from. */
export type Desk = { client: HubClient; host: HTMLElement }

export const tellFailure = ({ host }: Desk, error: unknown): void =>
  say(host, { text: errorSentence(error), tone: 'error' })

const notThere = (entries: readonly { name: string }[]): string => {
  const [first] = entries
  if (entries.length === 1 && first) return msg(str`“${plainName(first.name)}” is not there any more.`)
  return msg(str`${formatCount(entries.length)} items are not there any more.`)
}

const droppedWords = (dropped: number): string =>
  dropped === 1
    ? msg('What was shared there was taken back (1 share).')
    : msg(str`What was shared there was taken back (${formatCount(dropped)} shares).`)

/** `dropped`: grants that did not come along. */
export const movedWords = (moved: readonly Entry[], { name }: DropTarget, dropped: number): string => {
  const text = msg(str`${named(moved)} moved to “${plainName(name)}”.`)
  return dropped === 0 ? text : `${text} ${droppedWords(dropped)} ${msg('Undo does not give it again.')}`
}

/** Eyes see it in the list, but not the grants that the way back took. */
export const tellUndone = ({ host }: Desk, dropped = 0): void => {
  if (dropped === 0) announce(host, msg('Undone.'))
  else say(host, { text: `${msg('Undone.')} ${droppedWords(dropped)}` })
}

/** `needed` is what an undo cannot do without. */
export const tellNotUndone = ({ host }: Desk, error: unknown, needed: { name: string }): void => {
  const text = isReason(error, 'not_found')
    ? msg(str`“${plainName(needed.name)}” is not there any more, so this cannot be undone.`)
    : errorSentence(error)
  say(host, { text, tone: 'error' })
}

/** Names of many that are told. */
const toldNames = 3

const takenWords = (taken: readonly Entry[], all: readonly Entry[], { name }: DropTarget): string => {
  const [only] = taken
  if (taken.length === 1 && only)
    return msg(str`The name “${plainName(only.name)}” is taken in “${plainName(name)}”.`)
  const names = taken.slice(0, toldNames).map(entry => `“${plainName(entry.name)}”`)
  const more = taken.length - names.length
  const list = more > 0 ? [...names, msg(str`${formatCount(more)} more`)] : names
  const count = msg(str`${formatCount(taken.length)} of ${formatCount(all.length)}`)
  return msg(str`${count} names are taken in “${plainName(name)}”: ${list.join(', ')}.`)
}

/** How what was not moved or copied, as its names are taken, can come all the same. */
type Ways = { keepBoth(): void; skip(others: readonly Entry[]): void }

/** Offers to keep both where names are taken, and to leave those of many where they are; every other failure is only told. */
export const tellClash = (
  { host }: Desk,
  error: unknown,
  rest: readonly Entry[],
  target: DropTarget,
  { keepBoth, skip }: Ways,
): void => {
  if (!isReason(error, 'name_taken')) {
    const text = isReason(error, 'not_found') ? notThere([target]) : errorSentence(error)
    say(host, { text, tone: 'error' })
    return
  }
  const keep = { label: msg('Keep both'), run: keepBoth }
  const ids = new Set(error.details.taken as string[] | undefined)
  const taken = rest.filter(({ id }) => ids.has(id))
  const isOfMany = rest.length > 1 && taken.length > 0
  const others = isOfMany ? rest.filter(entry => !taken.includes(entry)) : []
  const leave = { label: msg('Skip'), run: () => skip(others) }
  say(host, {
    text: isOfMany ? takenWords(taken, rest, target) : errorSentence(error),
    tone: 'error',
    actions: others.length > 0 ? [leave, keep] : [keep],
  })
}

export const tellGone = ({ host }: Desk, gone: readonly Entry[]): void => {
  if (gone.length > 0) say(host, { text: notThere(gone), tone: 'error' })
}
