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

/** Runs it; a failure becomes a toast and null. */
const attempt = async <T>({ host }: Desk, work: () => Promise<T>): Promise<T | null> => {
  try {
    return await work()
  } catch (error) {
    say(host, { text: errorSentence(error), tone: 'error' })
    return null
  }
}

/** A call takes a bounded number of entries: longer lists go in pieces, in order. */
const inPieces = async (ids: readonly string[], call: (piece: string[]) => Promise<{ entries: Entry[] }>) => {
  const all: Entry[] = []
  for (let at = 0; at < ids.length; at += limits.entriesBatch) {
    all.push(...(await call(ids.slice(at, at + limits.entriesBatch))).entries)
  }
  return all
}

export const rename = async (desk: Desk, entry: Entry, name: string): Promise<void> => {
  const done = await attempt(desk, () => desk.client.call('entry.rename', { entry: entry.id, name }))
  if (!done) return
  const back = () =>
    attempt(desk, () => desk.client.call('entry.rename', { entry: entry.id, name: entry.name }))
  say(desk.host, { text: msg(str`Renamed to “${done.entry.name}”.`), action: undo(back) })
}

/** Offers to keep both when a name is taken; every other failure is only told. */
const failed = ({ host }: Desk, error: unknown, keepBoth: () => void): void => {
  const text = errorSentence(error)
  if (isReason(error, 'name_taken'))
    say(host, { text, tone: 'error', action: { label: msg('Keep both'), run: keepBoth } })
  else say(host, { text, tone: 'error' })
}

/** What got another name where it was for a while has its own again, if that is still free. */
const takeNamesBack = async ({ client }: Desk, before: readonly Entry[], now: readonly Entry[]) => {
  const names = new Map(before.map(({ id, name }) => [id, name]))
  for (const { id, name } of now) {
    const own = names.get(id)
    if (own === undefined || own === name) continue
    try {
      await client.call('entry.rename', { entry: id, name: own })
    } catch (error) {
      if (!isReason(error, 'name_taken')) throw error
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
  const ids = entries.map(entry => entry.id)
  const moveTo = (folder: string, clash: Clash) =>
    inPieces(ids, piece => desk.client.call('entry.move', { entries: piece, folder, onClash: clash }))
  try {
    await moveTo(target.id, onClash)
  } catch (error) {
    return failed(desk, error, () => void move(desk, entries, from, target, 'keepBoth'))
  }
  const back = () => attempt(desk, async () => takeNamesBack(desk, entries, await moveTo(from, 'keepBoth')))
  say(desk.host, { text: msg(str`${named(entries)} moved to “${target.name}”.`), action: undo(back) })
}

/** Copies entries into a folder; the undo deletes the copies. */
export const copy = async (
  desk: Desk,
  entries: readonly Entry[],
  target: DropTarget,
  onClash: Clash = 'fail',
): Promise<void> => {
  const ids = entries.map(entry => entry.id)
  let made: Entry[]
  try {
    made = await inPieces(ids, piece =>
      desk.client.call('entry.copy', { entries: piece, folder: target.id, onClash }),
    )
  } catch (error) {
    return failed(desk, error, () => void copy(desk, entries, target, 'keepBoth'))
  }
  request(desk.host, 'wherry-usage-changed', null)
  const back = () => remove(desk, made)
  say(desk.host, { text: msg(str`${named(entries)} copied to “${target.name}”.`), action: undo(back) })
}

/** Deletes for ever; who calls it has asked. Resolves to the number of entries that are gone, with all in them. */
export const remove = async (desk: Desk, entries: readonly Entry[]): Promise<void> => {
  const ids = entries.map(entry => entry.id)
  const done = await attempt(desk, () =>
    inPieces(ids, async piece => {
      await desk.client.call('entry.delete', { entries: piece })
      return { entries: [] }
    }),
  )
  request(desk.host, 'wherry-usage-changed', null)
  if (done) say(desk.host, { text: msg(str`${named(entries)} deleted.`) })
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
