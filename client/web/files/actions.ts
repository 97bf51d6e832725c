import { msg, str } from '@lit/localize'
import { isReason } from '../../../protocol/errors.ts'
import type { Entry } from '../../../protocol/values.ts'
import type { HubClient, LiveFolder } from '../../core/api.ts'
import { type Moving, moveEntries } from '../../core/move-entries.ts'
import { loadPart } from '../app/load-part.ts'
import { request } from '../app/requests.ts'
import { go } from '../app/router.ts'
import { folderPath } from '../app/routes.ts'
import { named } from '../text/named.ts'
import { plainName } from '../text/plain-name.ts'
import { copyText } from '../ui/copy-text.ts'
import { say, sayWhile } from '../ui/say.ts'
import {
  type Desk,
  movedWords,
  tellClash,
  tellFailure,
  tellGone,
  tellNotUndone,
  tellUndone,
} from './action-words.ts'
import type { DropTarget } from './drag.ts'
import { inPieces } from './in-pieces.ts'

type Clash = 'fail' | 'keepBoth'

const isFile = ({ kind }: Entry): boolean => kind === 'file'

const undo = (run: () => unknown) => ({ label: msg('Undo'), run: () => void run() })

/** Runs it; a failure becomes a toast and null. */
const attempt = async <T>(
  desk: Desk,
  work: () => Promise<T>,
  tell: (error: unknown) => void = error => tellFailure(desk, error),
): Promise<T | null> => {
  try {
    return await work()
  } catch (error) {
    tell(error)
    return null
  }
}

/** For calls that take back what one call made: only where nobody went on with it. */
const ifUnchanged = (made: readonly Entry[]) => ({ unchangedSince: Math.max(...made.map(({ seq }) => seq)) })

export const rename = async (desk: Desk, entry: Entry, name: string): Promise<void> => {
  const renaming = desk.client.call('entry.rename', { entry: entry.id, name })
  sayWhile(desk.host, renaming, msg(str`Renaming “${plainName(entry.name)}” to “${plainName(name)}”…`))
  const done = await attempt(desk, () => renaming)
  if (!done) return
  const back = async () => {
    const undone = await attempt(
      desk,
      () =>
        desk.client.call('entry.rename', {
          entry: entry.id,
          name: entry.name,
          ...ifUnchanged([done.entry]),
        }),
      error => tellNotUndone(desk, error, done.entry),
    )
    if (undone) tellUndone(desk)
  }
  say(desk.host, { text: msg(str`Renamed to “${plainName(done.entry.name)}”.`), actions: [undo(back)] })
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

/** Moves entries in pieces; `there`: where to and how, of each piece. */
const moveAll = async (
  client: HubClient,
  entries: readonly Entry[],
  there: (piece: readonly Entry[]) => Omit<Moving, 'entries'>,
) => {
  let dropped = 0
  const outcome = await inPieces(client, entries, async (ids, piece) => {
    const moved = await moveEntries(client, { ...there(piece), entries: ids })
    dropped += moved.droppedGrants
    return moved.entries
  })
  return { ...outcome, dropped }
}

/** Moves entries from `from` into a folder, and offers to undo it. */
export const move = async (
  desk: Desk,
  entries: readonly Entry[],
  from: DropTarget,
  target: DropTarget,
  onClash: Clash = 'fail',
): Promise<void> => {
  const { client } = desk
  const moving = moveAll(client, entries, () => ({ folder: target.id, onClash }))
  sayWhile(desk.host, moving, msg(str`Moving ${named(entries)} to “${plainName(target.name)}”…`))
  const { done, made, gone, rest, error, dropped } = await moving
  const back = async () => {
    const here = { folder: from.id, onClash: 'keepBoth' } as const
    const undone = await moveAll(client, made, piece => ({ ...here, ...ifUnchanged(piece) }))
    if (undone.done.length > 0) tellUndone(desk, undone.dropped)
    tellGone(desk, undone.gone)
    if (undone.rest.length > 0) tellNotUndone(desk, undone.error, from)
    await attempt(desk, () => takeNamesBack(desk, done, undone.made))
  }
  if (done.length > 0) say(desk.host, { text: movedWords(done, target, dropped), actions: [undo(back)] })
  tellGone(desk, gone)
  if (rest.length > 0)
    tellClash(desk, error, rest, target, {
      keepBoth: () => void move(desk, rest, from, target, 'keepBoth'),
      skip: others => void move(desk, others, from, target),
    })
}

/** Copies entries into a folder; the undo deletes the copies. */
export const copy = async (
  desk: Desk,
  entries: readonly Entry[],
  target: DropTarget,
  onClash: Clash = 'fail',
): Promise<void> => {
  const copying = inPieces(
    desk.client,
    entries,
    async ids => (await desk.client.call('entry.copy', { entries: ids, folder: target.id, onClash })).entries,
  )
  sayWhile(desk.host, copying, msg(str`Copying ${named(entries)} to “${plainName(target.name)}”…`))
  const { done, made, gone, rest, error } = await copying
  request(desk.host, 'wherry-usage-changed', null)
  const back = () => remove(desk, made)
  if (done.length > 0)
    say(desk.host, {
      text: msg(str`${named(done)} copied to “${plainName(target.name)}”.`),
      actions: [undo(back)],
    })
  tellGone(desk, gone)
  if (rest.length > 0)
    tellClash(desk, error, rest, target, {
      keepBoth: () => void copy(desk, rest, target, 'keepBoth'),
      skip: others => void copy(desk, others, target),
    })
}

/** Deletes for ever what was made a moment ago, and only where nobody went on with it. */
const remove = async (desk: Desk, entries: readonly Entry[]): Promise<void> => {
  const { done, gone, rest, error } = await inPieces(desk.client, entries, async (ids, piece) => {
    await desk.client.call('entry.delete', { entries: ids, ...ifUnchanged(piece) })
    return []
  })
  request(desk.host, 'wherry-usage-changed', null)
  if (done.length > 0) say(desk.host, { text: msg(str`${named(done)} deleted.`) })
  tellGone(desk, gone)
  if (rest.length > 0) tellFailure(desk, error)
}

/** When the folder is as the hub has it, which is at once where the connection is well; false if it is left before. */
const becomesCurrent = async (folder: LiveFolder): Promise<boolean> => {
  const isCurrent = () => folder.status === 'live' || folder.status === 'gone'
  const current = Promise.withResolvers<void>()
  const look = () => isCurrent() && current.resolve()
  const stop = folder.onChange(look)
  look()
  await Promise.race([current.promise, folder.closed])
  stop()
  return isCurrent()
}

/**
 * Deletes for ever what was shown to who said yes: not what is not in the folder any more, or is another version, and of
 * files nothing that changes on the way to the hub. For folders that would be all that happens in them: they are not deleted
 * by a call that waits for a connection.
 */
export const removeShown = async (desk: Desk, shown: readonly Entry[], folder: LiveFolder): Promise<void> => {
  if (!(await becomesCurrent(folder))) {
    const text = msg(str`There was no connection: ${named(shown)} not deleted.`)
    return say(desk.host, { text, tone: 'error' })
  }
  const there = (entry: Entry) => folder.get(entry.id)
  const isSame = (entry: Entry) => there(entry)?.version === entry.version
  const changed = shown.filter(entry => there(entry) && !isSame(entry))
  const same = shown.filter(isSame)
  const gone = shown.filter(entry => !there(entry))
  const { client } = desk
  const results = await Promise.all([
    inPieces(client, same.filter(isFile), async (entries, piece) => {
      await client.call('entry.delete', {
        entries,
        ...ifUnchanged(piece.map(entry => there(entry) ?? entry)),
      })
      return []
    }),
    inPieces(
      client,
      same.filter(entry => !isFile(entry)),
      async entries => {
        await client.call('entry.delete', { entries }, { retry: false })
        return []
      },
    ),
  ])
  request(desk.host, 'wherry-usage-changed', null)
  const done = results.flatMap(result => result.done)
  if (done.length > 0) say(desk.host, { text: msg(str`${named(done)} deleted.`) })
  tellGone(desk, [...gone, ...results.flatMap(result => result.gone)])
  for (const { rest, error } of results) {
    if (isReason(error, 'conflict')) changed.push(...rest)
    else if (rest.length > 0) tellFailure(desk, error)
  }
  if (changed.length > 0)
    say(desk.host, { text: msg(str`${named(changed)} changed meanwhile, and not deleted.`), tone: 'error' })
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

export const copyLink = async ({ host }: Desk, entry: Entry): Promise<void> => {
  const address = new URL(folderPath(entry.id), location.href).href
  await copyText(host, address, msg('The address was copied. It opens for those who have access.'))
}

/** Sends what the hub has of these straight to another device, through this browser. */
export const sendDirectly = async (desk: Desk, entries: readonly Entry[]): Promise<void> => {
  const part = await loadPart(desk.host, import('../send/send-from-files.ts'))
  if (!part) return
  const sent = await attempt(desk, async () => {
    await part.sendEntries(desk.client, entries)
    return true
  })
  if (sent) go('/send')
}
