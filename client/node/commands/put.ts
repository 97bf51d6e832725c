import type { UploadItem, UploadQueue } from '../../core/api.ts'
import { arrivedBytes, isUnderWay, movingFigures } from '../../core/upload/motion.ts'
import { createUploadQueue } from '../../core/upload/upload-queue.ts'
import {
  argument,
  type Command,
  interrupted,
  PartialFailure,
  textOption,
  UsageError,
} from '../cli/command.ts'
import { columns, countOfFiles, formatBytes, type Output, printable } from '../cli/output.ts'
import { createProgressBar } from '../cli/progress.ts'
import { findDestination } from '../cli/remote-path.ts'
import { threadHashing } from '../hashing.ts'
import { readLocalTree, type Unsent } from '../local-tree.ts'
import { fileUploadMemory } from '../upload-memory.ts'
import { makeEmptyFolders, planUpload, startUpload } from '../upload-plan.ts'

const clashes = ['replace', 'keepBoth', 'skip', 'fail'] as const
type Clash = (typeof clashes)[number]

const clashOption = (typed: string | undefined): Clash => {
  const found = clashes.find(clash => clash === (typed ?? 'replace'))
  if (!found) throw new UsageError(`--on-clash takes one of ${clashes.join(', ')}`)
  return found
}

const pathOf = ({ path, name }: UploadItem): string => printable([path, name].filter(Boolean).join('/'))

/** Answers how many failed. Where clashes are skipped, what ends without an error was one. */
const report = (
  items: readonly UploadItem[],
  unsent: readonly Unsent[],
  onClash: Clash,
  output: Output,
): number => {
  for (const { file, why } of unsent) output.problem(`${printable(file)}: ${why}`)
  let failed = unsent.length
  for (const item of items) {
    if (item.state === 'cancelled' && onClash === 'skip') {
      output.note(`passed over ${pathOf(item)}: the hub has a file of that name`)
    } else if (item.state === 'failed' || item.state === 'cancelled') {
      output.problem(`${pathOf(item)}: ${item.error?.message ?? item.state}`)
      failed++
    }
  }
  return failed
}

const runQueue = async (queue: UploadQueue, output: Output, signal: AbortSignal): Promise<void> => {
  const figures = () => (queue.items.some(isUnderWay) ? movingFigures(queue.totals) : null)
  const bar = createProgressBar(output.interactive, figures)
  const stop = queue.onChange(() => {
    const { totals } = queue
    const { bytes, doneFiles, files } = totals
    bar.update(arrivedBytes(totals), bytes, `${doneFiles} of ${countOfFiles(files)}`)
  })
  const aborted = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(interrupted()), { once: true })
  })
  try {
    await Promise.race([queue.whenIdle(), aborted])
  } finally {
    stop()
    bar.stop()
  }
}

/** Files of some megabytes are over before one alone has filled the window. */
export const largeAtOnce = 6

export const put: Command = {
  usage: 'put FILES... SPACE:PATH [--on-clash replace|keepBoth|skip|fail] [--check]',
  doc: 'Uploads files, and folders with all that is in them. A path that ends with / is a folder, and made where it is missing. The same command again continues an interrupted upload; files that are there with the same size and date are passed over, unless --check compares them byte by byte. What it says was sent is what was handed to the network: where connections broke, also what they lost on the way.',
  options: { 'on-clash': { type: 'string' }, check: { type: 'boolean' } },
  takes: { min: 2, max: Number.POSITIVE_INFINITY },
  async run({ connect, hub, output, signal }, args, options) {
    const onClash = clashOption(textOption(options, 'on-clash'))
    const started = performance.now()
    const tree = await readLocalTree(args.slice(0, -1))
    const client = await connect()
    const needsFolder = args.length > 2 || tree.folders.length > 0
    const target = await findDestination(client, argument(args, args.length - 1), {
      needsFolder,
      makesFolder: true,
    })
    for (const { file, why } of tree.skipped) output.note(`passed over ${printable(file)}: ${why}`)
    const checkAll = options.check === true
    const memory = fileUploadMemory()
    const queue = createUploadQueue({
      link: client,
      hashing: threadHashing(),
      memory: checkAll ? { ...memory, get: async () => null } : memory,
      memoryKey: `${await hub()} ${client.user?.id}`,
      largeAtOnce,
    })
    try {
      const unmade = await makeEmptyFolders(client, tree, target)
      const plan = await planUpload(client, tree, target, { onClash, checkAll })
      startUpload(queue, plan)
      await runQueue(queue, output, signal)
      const failed = report(queue.items, [...tree.failed, ...unmade, ...plan.failed], onClash, output)
      const present = plan.present.reduce((sum, file) => sum + file.size, 0)
      const { sentBytes, reusedBytes } = queue.totals
      const done = queue.items.filter(({ state }) => state === 'done')
      const seconds = (performance.now() - started) / 1000
      const value = {
        files: done.length + plan.present.length,
        bytes: done.reduce((sum, { size }) => sum + size, 0) + present,
        sentBytes,
        reusedBytes: reusedBytes + present,
        seconds,
        failed,
        skipped: tree.skipped,
      }
      const line = `${countOfFiles(value.files)}, ${formatBytes(value.bytes)}: ${formatBytes(sentBytes)} sent, ${formatBytes(value.reusedBytes)} there already, ${seconds.toFixed(1)} s`
      output.result(value, columns([[line]]))
      if (failed > 0) throw new PartialFailure()
    } finally {
      queue.close()
    }
  },
}
