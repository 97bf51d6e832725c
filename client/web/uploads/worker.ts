import { WherryError } from '../../../protocol/errors.ts'
import type { HubClient, TransferLink } from '../../core/api.ts'
import { createClient } from '../../core/client.ts'
import { newId } from '../../core/new-id.ts'
import { createUploadQueue } from '../../core/upload/upload-queue.ts'
import { workerReady } from '../app/worker-ready.ts'
import { cookieCredentials } from '../credentials.ts'
import { webSocket } from '../socket.ts'
import { blobSource } from './blob-source.ts'
import type { ChosenFile, FromWorker, ToWorker } from './messages.ts'
import { rememberChanges } from './remember-changes.ts'
import { type RememberedUpload, rememberedFiles } from './remembered-files.ts'
import { createReport } from './report.ts'
import { resumeEarlier } from './resume.ts'
import { createSaves } from './saves.ts'

/** Uploads, and downloads into files, run here, on a connection of their own, so that neither the page nor its live folders ever wait for bytes. */

const resumeLock = 'wherry-resume'
/** What runs in another tab or on another device may be left alone there: it is looked at again after so long. */
const lookAgainMs = 30_000

const tabPrefix = 'wherry-tab '
/** Held as long as this worker lives, so that other tabs see what is being worked on. */
const tab = tabPrefix + newId()
const openTabs = async (): Promise<ReadonlySet<string>> => {
  const { held = [] } = (await navigator.locks?.query()) ?? {}
  return new Set(held.flatMap(lock => lock.name ?? []))
}
/** Where tabs tell the others that they are there. */
const newTabs = 'BroadcastChannel' in self ? new BroadcastChannel('wherry-tabs') : null
const forever = () => new Promise<void>(() => {})

const tell = (message: FromWorker) => self.postMessage(message)

const run = (start: Extract<ToWorker, { kind: 'start' }>) => {
  const client: HubClient & TransferLink = createClient({
    url: start.url,
    socket: webSocket,
    credentials: cookieCredentials(),
    agent: start.agent,
  })
  const queue = createUploadQueue({ link: client })
  const remembered = rememberedFiles()
  const files = {
    ...remembered,
    async add(uploads: readonly RememberedUpload[], insteadOf?: readonly string[]) {
      await remembered.add(uploads, insteadOf)
      tell({ kind: 'remembered', ids: uploads.map(({ id }) => id) })
    },
  }
  const finished = new Set<string>()
  const saves = createSaves(client, save => tell({ kind: 'saving', save }))

  const keepChanges = rememberChanges(queue, files)
  const report = createReport(queue, tell)
  queue.onChange(() => {
    keepChanges()
    report.changed()
    const over = queue.items
      .filter(item => item.state === 'done' || item.state === 'cancelled')
      .map(item => item.id)
    const fresh = over.filter(id => !finished.has(id))
    for (const id of fresh) finished.add(id)
    if (fresh.length > 0) void files.remove(fresh)
  })

  let lookingAgain: ReturnType<typeof setTimeout> | undefined

  const resumeOnce = async () => {
    await client.whenState('live')
    const [{ uploads }, tabs] = await Promise.all([client.call('upload.list', {}), openTabs()])
    const found = await resumeEarlier({
      ...{ queue, files, user: start.user, tab, unfinished: uploads },
      isOpen: other => tabs.has(other),
      returning: report.returning,
    })
    tell({ kind: 'locked', count: found.locked })
    lookAgain(found.elsewhere)
  }
  const lookAgain = (isWorthIt: boolean) => {
    clearTimeout(lookingAgain)
    if (isWorthIt) lookingAgain = setTimeout(resume, lookAgainMs)
  }
  let resuming: Promise<void> = Promise.resolve()
  /** One time after another: two at once would put the same files in line twice. */
  const resume = (): Promise<void> => {
    resuming = resuming.then(resumeOnce, resumeOnce).catch(error => {
      // The session ended, or the hub refused: what is left waits for the next look.
      if (!(error instanceof WherryError)) throw error
      lookAgain(true)
    })
    return resuming
  }

  const heirOf = new Set([tab])
  /** The lock of a tab is free when it is closed; while we held it ourselves, it would seem to be open. */
  const inherit = (other: string) => {
    if (heirOf.has(other)) return
    heirOf.add(other)
    void navigator.locks.request(other, () => {}).then(resume)
  }

  const takeOver = async () => {
    newTabs?.addEventListener('message', ({ data }) => inherit(data))
    for (const other of await openTabs()) if (other.startsWith(tabPrefix)) inherit(other)
    await resume()
    return forever()
  }
  // One tab of a browser takes over what others left; the lock passes on when that tab is closed.
  if (navigator.locks) {
    void navigator.locks.request(tab, () => {
      newTabs?.postMessage(tab)
      return forever()
    })
    void navigator.locks.request(resumeLock, takeOver)
  } else void resume()

  const add = async (folder: string, chosen: readonly ChosenFile[]) => {
    const ids = queue.add(
      chosen.map(({ file, path }) => ({
        source: blobSource(file),
        folder,
        path,
        name: file.name,
        onClash: 'ask' as const,
      })),
    )
    await files.add(
      chosen.flatMap(({ file, handle, path }, i) => {
        const id = ids[i]
        if (!handle || id === undefined) return []
        return [
          {
            id,
            user: start.user,
            tab,
            folder,
            path,
            name: file.name,
            size: file.size,
            modifiedAt: file.lastModified,
            handle,
          },
        ]
      }),
    )
  }

  const makeFolders = (folder: string, paths: readonly string[][]) =>
    queue
      .makeFolders(folder, paths)
      .catch((error: Error) => tell({ kind: 'foldersFailed', message: error.message }))

  return (message: ToWorker) => {
    if (message.kind === 'add') void add(message.folder, message.files).finally(() => tell({ kind: 'added' }))
    else if (message.kind === 'makeFolders') void makeFolders(message.folder, message.paths)
    else if (message.kind === 'resolveClash') queue.resolveClash(message.ids, message.choice)
    else if (message.kind === 'attach') queue.attach(message.id, blobSource(message.file))
    else if (message.kind === 'unlocked') void resume()
    else if (message.kind === 'save') saves.start(message.id, message.entry, message.handle)
    else if (message.kind === 'dropSave') saves.drop(message.id)
    else if (message.kind === 'network') client.setOnline(message.online)
    else if (message.kind !== 'start') queue[message.kind](message.ids)
  }
}

let handle: ((message: ToWorker) => void) | null = null

self.onmessage = ({ data }: MessageEvent<ToWorker>) => {
  if (data.kind === 'start') handle ??= run(data)
  else handle?.(data)
}
self.postMessage(workerReady)
