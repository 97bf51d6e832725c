import { isReason } from '../../protocol/errors.ts'
import { nameKey } from '../../protocol/names.ts'
import type { Entry, UnfinishedUpload } from '../../protocol/values.ts'
import type { HubClient, UploadQueue, UploadRequest } from '../core/api.ts'
import { damagedFiles } from '../core/upload/damaged-files.ts'
import { pathProblem } from '../core/upload/upload-names.ts'
import { wireClash } from '../core/upload/upload-record.ts'
import { type Destination, listFolder } from './cli/remote-path.ts'
import { fileSource } from './file-source.ts'
import type { LocalFile, LocalTree, Unsent } from './local-tree.ts'
import { whyOf } from './why-of.ts'

/** What has to be uploaded, what an earlier run began, and what is there already. */
export type UploadPlan = {
  fresh: UploadRequest[]
  unfinished: { upload: UnfinishedUpload; request: UploadRequest }[]
  present: LocalFile[]
  failed: Unsent[]
}

type PlanOptions = { onClash: UploadRequest['onClash']; checkAll: boolean }

/** The hub's side of a local tree; a folder is listed once, when the first file asks. */
const remoteFolders = (client: HubClient) => {
  const listed = new Map<string, Promise<Map<string, Entry>>>()

  const contents = (folder: string): Promise<Map<string, Entry>> => {
    const known = listed.get(folder)
    if (known) return known
    const list = Array.fromAsync(listFolder(client, folder)).then(
      entries => new Map(entries.map(entry => [nameKey(entry.name), entry])),
    )
    listed.set(folder, list)
    return list
  }

  return {
    /** The folder at a path below another, or null if it has yet to be made. */
    async folder(root: string, path: readonly string[]): Promise<string | null> {
      let folder = root
      for (const step of path) {
        const entry = (await contents(folder)).get(nameKey(step))
        if (entry?.kind !== 'folder') return null
        folder = entry.id
      }
      return folder
    },
    async entry(folder: string, name: string): Promise<Entry | undefined> {
      return (await contents(folder)).get(nameKey(name))
    },
  }
}

/** Browsers cut a date to whole milliseconds where this machine rounds it. */
const isSameDate = (one: { modifiedAt: number }, other: { modifiedAt: number }): boolean =>
  Math.abs(one.modifiedAt - other.modifiedAt) <= 1

/** As rsync decides: the hub has a file of that name, size and date, so this one is there. */
const isThere = (local: LocalFile, entry: Entry): boolean =>
  entry.kind === 'file' && entry.size === local.size && isSameDate(entry, local)

/**
 * Tells folders apart that are one to the hub, as their names differ by case or accents alone: what is in the second one
 * would get lost among what is in the first. Answers that one, or null.
 */
const createSpellings = () => {
  const spelled = new Map<string, string>()
  return (path: readonly string[]): string | null => {
    for (let depth = 1; depth <= path.length; depth++) {
      const names = path.slice(0, depth)
      const place = names.map(nameKey).join('/')
      const first = spelled.get(place) ?? names.join('/')
      spelled.set(place, first)
      if (first !== names.join('/')) return first
    }
    return null
  }
}

const sameFolder = (other: string): string => `its folder would be the same as ${other} on the hub`

/** Why a file cannot go to its place: no name for the hub, or the place of another file of the same command. */
const whyNot = (path: readonly string[], name: string, taken: Map<string, LocalFile>, local: LocalFile) => {
  const problem = pathProblem(path, name)
  if (problem !== null) return problem.message
  const place = [...path, name].map(nameKey).join('/')
  const other = taken.get(place)
  if (other) return `it would have the place of ${other.file} on the hub`
  taken.set(place, local)
  return null
}

export const planUpload = async (
  client: HubClient,
  tree: LocalTree,
  target: Destination,
  { onClash, checkAll }: PlanOptions,
): Promise<UploadPlan> => {
  const remote = remoteFolders(client)
  const { uploads } = await client.call('upload.list', {})
  const begun = Map.groupBy(uploads, one => uploadKey(one.folder, one.name, one.size))
  const damaged = checkAll ? new Set() : await damagedFiles(client, target.folder.id)
  const plan: UploadPlan = { fresh: [], unfinished: [], present: [], failed: [] }
  const taken = new Map<string, LocalFile>()
  const otherSpelling = createSpellings()
  for (const local of tree.files) {
    const name = target.name ?? local.name
    const other = otherSpelling(local.path)
    const why = other === null ? whyNot(local.path, name, taken, local) : sameFolder(other)
    if (why !== null) {
      plan.failed.push({ file: local.file, why })
      continue
    }
    const folder = await remote.folder(target.folder.id, local.path)
    const entry = folder === null || checkAll ? undefined : await remote.entry(folder, name)
    if (entry && isThere(local, entry) && !damaged.has(entry.id)) {
      plan.present.push(local)
      continue
    }
    const source = sourceOf(local)
    if ('why' in source) {
      plan.failed.push(source)
      continue
    }
    const request = { source, folder: target.folder.id, path: local.path, name, onClash }
    const alike = folder === null ? [] : (begun.get(uploadKey(folder, name, local.size)) ?? [])
    const upload = alike.find(one => isSameDate(one, local) && one.onClash === wireClash(onClash))
    if (upload) plan.unfinished.push({ upload, request })
    else plan.fresh.push(request)
  }
  return plan
}

/** It may have gone since it was found. */
const sourceOf = ({ file }: LocalFile): UploadRequest['source'] | Unsent => {
  try {
    return fileSource(file)
  } catch (error) {
    return { file, why: whyOf(error) }
  }
}

const uploadKey = (folder: string, name: string, size: number): string => `${folder} ${size} ${name}`

/** Folders without files are made here, those with files come with their first file. Answers what is not made, by the answer to clashes. */
export const makeEmptyFolders = async (
  client: HubClient,
  tree: LocalTree,
  target: Destination,
  onClash: UploadRequest['onClash'],
): Promise<{ failed: Unsent[]; skipped: Unsent[] }> => {
  const failed: Unsent[] = []
  const skipped: Unsent[] = []
  const used = new Set(tree.files.map(file => file.path.join('/')))
  const otherSpelling = createSpellings()
  for (const { path } of tree.files) otherSpelling(path)
  for (const path of tree.folders) {
    if (used.has(path.join('/'))) continue
    const problem = pathProblem(path.slice(0, -1), path.at(-1) ?? '')?.message
    const other = otherSpelling(path)
    const why = problem ?? (other === null ? undefined : `it would be the same as ${other} on the hub`)
    if (why !== undefined) {
      failed.push({ file: path.join('/'), why })
      continue
    }
    try {
      let folder = target.folder.id
      for (const name of path)
        folder = (await client.call('folder.create', { folder, name, onClash: 'reuse' })).entry.id
    } catch (error) {
      const isSkipped = onClash === 'skip' && isReason(error, 'name_taken')
      const list = isSkipped ? skipped : failed
      list.push({ file: path.join('/'), why: isSkipped ? 'the hub has a file of that name' : whyOf(error) })
    }
  }
  return { failed, skipped }
}

export const startUpload = (queue: UploadQueue, plan: UploadPlan): void => {
  for (const { upload, request } of plan.unfinished) queue.adopt(upload, request.source, request.onClash)
  queue.add(plan.fresh)
}
