import { WherryError } from '../../../protocol/errors.ts'
import { nameKey } from '../../../protocol/names.ts'
import type { Entry } from '../../../protocol/values.ts'
import type { UploadItem, UploadQueue, UploadRequest } from '../../core/api.ts'
import { createUploadQueue } from '../../core/upload-queue.ts'
import { argument, type Command, PartialFailure, textOption, UsageError } from '../cli/command.ts'
import { columns, formatBytes, type Output, printable } from '../cli/output.ts'
import { createProgressBar } from '../cli/progress.ts'
import { type Destination, findDestination, listFolder } from '../cli/remote-path.ts'
import type { Client } from '../cli/session.ts'
import { fileSource } from '../file-source.ts'
import { type LocalFile, type LocalTree, readLocalTree } from '../local-tree.ts'
import { fileUploadMemory } from '../upload-memory.ts'

const clashes = ['replace', 'keepBoth', 'skip', 'fail'] as const
type Clash = (typeof clashes)[number]

const clashOption = (typed: string | undefined): Clash => {
  const found = clashes.find(clash => clash === (typed ?? 'replace'))
  if (!found) throw new UsageError(`--on-clash takes one of ${clashes.join(', ')}`)
  return found
}

/** What is on the hub already of folders that files go to; a folder is listed once, when the first file asks. */
const remoteFolders = (client: Client) => {
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
  return async (root: string, path: readonly string[], name: string): Promise<Entry | undefined> => {
    let folder = root
    for (const step of path) {
      const entry = (await contents(folder)).get(nameKey(step))
      if (entry?.kind !== 'folder') return undefined
      folder = entry.id
    }
    return (await contents(folder)).get(nameKey(name))
  }
}

/** As rsync decides: the hub has a file of that name, size and date, so this one is there. */
const isThere = (local: LocalFile, entry: Entry | undefined): boolean =>
  entry?.kind === 'file' && entry.size === local.size && entry.modifiedAt === local.modifiedAt

type Plan = { requests: UploadRequest[]; present: LocalFile[] }

const planUpload = async (
  client: Client,
  tree: LocalTree,
  target: Destination,
  onClash: Clash,
  checkAll: boolean,
): Promise<Plan> => {
  const find = remoteFolders(client)
  const plan: Plan = { requests: [], present: [] }
  for (const local of tree.files) {
    const name = target.name ?? local.name
    if (!checkAll && isThere(local, await find(target.folder.id, local.path, name))) plan.present.push(local)
    else
      plan.requests.push({
        source: fileSource(local.file),
        folder: target.folder.id,
        path: local.path,
        name,
        onClash,
      })
  }
  return plan
}

/** Folders without files are made too; those with files come with their first file. */
const makeEmptyFolders = async (client: Client, tree: LocalTree, target: Destination): Promise<void> => {
  const used = new Set(tree.files.map(file => file.path.join('/')))
  for (const path of tree.folders) {
    if (used.has(path.join('/'))) continue
    let folder = target.folder.id
    for (const name of path)
      folder = (await client.call('folder.create', { folder, name, onClash: 'reuse' })).entry.id
  }
}

/** Takes over what an earlier run left unfinished, so that nothing is sent twice. */
const addAll = async (
  client: Client,
  queue: UploadQueue,
  requests: readonly UploadRequest[],
): Promise<void> => {
  const { uploads } = await client.call('upload.list', {})
  const fresh = requests.filter(request => {
    const unfinished = uploads.find(
      one =>
        request.path.length === 0 &&
        one.folder === request.folder &&
        one.name === request.name &&
        one.size === request.source.size &&
        one.modifiedAt === request.source.modifiedAt,
    )
    if (unfinished) queue.adopt(unfinished, request.source)
    return unfinished === undefined
  })
  queue.add(fresh)
}

const report = (items: readonly UploadItem[], output: Output): number => {
  const failed = items.filter(item => item.state === 'failed' || item.state === 'cancelled')
  for (const item of failed) {
    const path = [item.path, item.name].filter(Boolean).join('/')
    output.problem(`${printable(path)}: ${item.error?.message ?? item.state}`)
  }
  return failed.length
}

const runQueue = async (queue: UploadQueue, output: Output, signal: AbortSignal): Promise<void> => {
  const bar = createProgressBar(output.interactive)
  const stop = queue.onChange(() => {
    const { bytes, storedBytes, doneFiles, files } = queue.totals
    bar.update(storedBytes, bytes, `${doneFiles} of ${files} files`)
  })
  const aborted = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new WherryError('cancelled')), { once: true })
  })
  try {
    await Promise.race([queue.whenIdle(), aborted])
  } finally {
    stop()
    bar.stop()
  }
}

export const put: Command = {
  usage: 'put FILES... SPACE:PATH [--on-clash replace|keepBoth|skip|fail] [--check]',
  doc: 'Uploads files, and folders with all that is in them. The same command again continues an interrupted upload; files that are there with the same size and date are passed over, unless --check compares them byte by byte.',
  options: { 'on-clash': { type: 'string' }, check: { type: 'boolean' } },
  takes: { min: 2, max: Number.POSITIVE_INFINITY },
  async run({ connect, hub, output, signal }, args, options) {
    const onClash = clashOption(textOption(options, 'on-clash'))
    const started = performance.now()
    const tree = await readLocalTree(args.slice(0, -1))
    const client = await connect()
    const target = await findDestination(client, argument(args, args.length - 1))
    if (target.name !== null && (args.length > 2 || tree.folders.length > 0)) {
      throw new WherryError('not_a_folder', `"${args.at(-1)}" is not a folder. \`wherry mkdir\` makes it.`)
    }
    for (const { file, why } of tree.skipped) output.note(`passed over ${printable(file)}: ${why}`)
    const memory = fileUploadMemory()
    const queue = createUploadQueue({ link: client, memory, memoryKey: `${await hub()} ${client.user?.id}` })
    try {
      await makeEmptyFolders(client, tree, target)
      const plan = await planUpload(client, tree, target, onClash, options.check === true)
      await addAll(client, queue, plan.requests)
      await runQueue(queue, output, signal)
      const failed = report(queue.items, output)
      const present = plan.present.reduce((sum, file) => sum + file.size, 0)
      const { files, bytes, sentBytes, reusedBytes } = queue.totals
      const seconds = (performance.now() - started) / 1000
      const value = {
        files: files + plan.present.length,
        bytes: bytes + present,
        sentBytes,
        reusedBytes: reusedBytes + present,
        seconds,
        failed,
      }
      const line = `${value.files} files, ${formatBytes(value.bytes)}: ${formatBytes(sentBytes)} sent, ${formatBytes(value.reusedBytes)} there already, ${seconds.toFixed(1)} s`
      output.result(value, columns([[line]]))
      if (failed > 0) throw new PartialFailure()
    } finally {
      queue.close()
      await memory.close()
    }
  },
}
