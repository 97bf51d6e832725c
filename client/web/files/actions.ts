import { msg, str } from '@lit/localize'
import { isReason } from '../../../protocol/errors.ts'
import { limits } from '../../../protocol/limits.ts'
import type { Entry } from '../../../protocol/values.ts'
import type { HubClient } from '../../core/api.ts'
import { request } from '../app/requests.ts'
import { go } from '../app/router.ts'
import { errorSentence } from '../text/errors.ts'
import { say } from '../ui/say.ts'
import type { DropTarget } from './drag.ts'

/** What an action needs: the hub, and where its toasts start from. */
export type Desk = { client: HubClient; host: HTMLElement }

type Clash = 'fail' | 'keepBoth'

const named = (entries: readonly { name: string }[]): string => {
  const [first] = entries
  if (entries.length === 1 && first) return `“${first.name}”`
  return msg(str`${entries.length} items`)
}

const undo = (run: () => unknown) => ({ label: msg('Undo'), run: () => void run() })

const tellFailure = ({ host }: Desk, error: unknown): void =>
  say(host, { text: errorSentence(error), tone: 'error' })

/** Runs it; a failure becomes a toast and null. */
const attempt = async <T>(desk: Desk, work: () => Promise<T>): Promise<T | null> => {
  try {
    return await work()
  } catch (error) {
    tellFailure(desk, error)
    return null
  }
}

/** What was done of a list, what came of it, and the rest with why it was not. */
type Outcome = { done: readonly Entry[]; made: Entry[]; rest: readonly Entry[]; error: unknown }

/** A call takes a bounded number of entries, all or none: longer lists go in pieces, in order, up to the first failure. */
const inPieces = async (
  entries: readonly Entry[],
  call: (ids: string[], piece: readonly Entry[]) => Promise<readonly Entry[]>,
): Promise<Outcome> => {
  const made: Entry[] = []
  for (let at = 0; at < entries.length; at += limits.entriesBatch) {
    const piece = entries.slice(at, at + limits.entriesBatch)
    try {
      made.push(
        ...(await call(
          piece.map(({ id }) => id),
          piece,
        )),
      )
    } catch (error) {
      return { done: entries.slice(0, at), made, rest: entries.slice(at), error }
    }
  }
  return { done: entries, made, rest: [], error: null }
}

/** For calls that take back what one call made: only where nobody went on with it. */
const ifUnchanged = (made: readonly Entry[]) => ({ unchangedSince: Math.max(...made.map(({ seq }) => seq)) })

export const rename = async (desk: Desk, entry: Entry, name: string): Promise<void> => {
  const done = await attempt(desk, () => desk.client.call('entry.rename', { entry: entry.id, name }))
  if (!done) return
  const back = () =>
    attempt(desk, () =>
      desk.client.call('entry.rename', {
        entry: entry.id,
        name: entry.name,
        ...ifUnchanged([done.entry]),
      }),
    )
  say(desk.host, { text: msg(str`Renamed to “${done.entry.name}”.`), action: undo(back) })
}

/** Offers to keep both when a name is taken; every other failure is only told. */
const failed = (desk: Desk, error: unknown, keepBoth: () => void): void => {
  const action = { label: msg('Keep both'), run: keepBoth }
  if (isReason(error, 'name_taken')) say(desk.host, { text: errorSentence(error), tone: 'error', action })
  else tellFailure(desk, error)
}

/** What got another name where it was for a while has its own again, if that is still free. */
const takeNamesBack = async ({ client }: Desk, before: readonly Entry[], now: readonly Entry[]) => {
  const names = new Map(before.map(({ id, name }) => [id, name]))
  for (const { id, name, seq } of now) {
    const own = names.get(id)
    if (own === undefined || own === name) continue
    try {
      await client.call('entry.rename', { entry: id, name: own, unchangedSince: seq })
    } catch (error) {
      if (!isReason(error, 'name_taken', 'conflict')) throw error
    }
  }
}

/** Moves entries from `from` into a folder, and offers to undo it. */
export const move = async (
  desk: Desk,
  entries: readonly Entry[],
  from: string,
  target: DropTarget,
  onClash: Clash = 'fail',
): Promise<void> => {
  const { client } = desk
  const there = { folder: target.id, onClash }
  const { done, made, rest, error } = await inPieces(
    entries,
    async ids => (await client.call('entry.move', { ...there, entries: ids })).entries,
  )
  const back = async () => {
    const here = { folder: from, onClash: 'keepBoth' } as const
    const undone = await inPieces(
      made,
      async (ids, piece) =>
        (await client.call('entry.move', { ...here, entries: ids, ...ifUnchanged(piece) })).entries,
    )
    if (undone.rest.length > 0) tellFailure(desk, undone.error)
    await attempt(desk, () => takeNamesBack(desk, done, undone.made))
  }
  if (done.length > 0)
    say(desk.host, { text: msg(str`${named(done)} moved to “${target.name}”.`), action: undo(back) })
  if (rest.length > 0) failed(desk, error, () => void move(desk, rest, from, target, 'keepBoth'))
}

/** Copies entries into a folder; the undo deletes the copies. */
export const copy = async (
  desk: Desk,
  entries: readonly Entry[],
  target: DropTarget,
  onClash: Clash = 'fail',
): Promise<void> => {
  const { done, made, rest, error } = await inPieces(
    entries,
    async ids => (await desk.client.call('entry.copy', { entries: ids, folder: target.id, onClash })).entries,
  )
  request(desk.host, 'wherry-usage-changed', null)
  const back = () => remove(desk, made, ifUnchanged)
  if (done.length > 0)
    say(desk.host, { text: msg(str`${named(done)} copied to “${target.name}”.`), action: undo(back) })
  if (rest.length > 0) failed(desk, error, () => void copy(desk, rest, target, 'keepBoth'))
}

/** Deletes for ever; who calls it has asked. */
export const remove = async (
  desk: Desk,
  entries: readonly Entry[],
  condition: (piece: readonly Entry[]) => { unchangedSince?: number } = () => ({}),
): Promise<void> => {
  const { done, rest, error } = await inPieces(entries, async (ids, piece) => {
    await desk.client.call('entry.delete', { entries: ids, ...condition(piece) })
    return []
  })
  request(desk.host, 'wherry-usage-changed', null)
  if (done.length > 0) say(desk.host, { text: msg(str`${named(done)} deleted.`) })
  if (rest.length > 0) tellFailure(desk, error)
}

/** Lets the browser's own download manager fetch a signed address: one file as it is, anything else as a zip. */
export const download = async (desk: Desk, entries: readonly Entry[]): Promise<void> => {
  const ids = entries.map(entry => entry.id)
  const signed = await attempt(desk, () => desk.client.call('download.url', { entries: ids }))
  if (!signed) return
  const link = document.createElement('a')
  link.href = signed.url
  link.download = ''
  desk.host.append(link)
  link.click()
  link.remove()
}

/** Sends what the hub has of these straight to another device, through this browser. */
export const sendDirectly = async (desk: Desk, entries: readonly Entry[]): Promise<void> => {
  const sent = await attempt(desk, async () => {
    const { sendEntries } = await import('../send/send-from-files.ts')
    await sendEntries(desk.client, entries)
    return true
  })
  if (sent) go('/send')
}
