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

const pathOf = ({ path, name }: UploadItem): string => [path, name].filter(Boolean).join('/')

const whySkipped = ({ entry, takenFolder }: UploadItem): string => {
  if (takenFolder !== null)
    return `the hub has a file with the name of its folder "${printable(takenFolder)}"`
  return `the hub has a ${entry?.kind ?? 'file'} of that name`
}

/** Where clashes are skipped, what ends without an error was one. */
const skippedOf = (items: readonly UploadItem[], onClash: Clash): Unsent[] =>
  items
    .filter(({ state }) => onClash === 'skip' && state === 'cancelled')
    .map(item => ({ file: pathOf(item), why: whySkipped(item) }))

const failedOf = (items: readonly UploadItem[], onClash: Clash): Unsent[] =>
  items
    .filter(({ state }) => state === 'failed' || (onClash !== 'skip' && state === 'cancelled'))
    .map(item => ({ file: pathOf(item), why: item.error?.message ?? item.state }))

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
  doc: 'Uploads files, and folders with all that is in them. A path that ends with / is a folder, and made where it is missing. The same command again continues an interrupted upload; files that are there with the same size and date are passed over, unless the hub found them damaged or --check compares them byte by byte. What it says was sent is what was handed to the network: where connections broke, also what they lost on the way.',
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
    const passOver = ({ file, why }: Unsent) => output.note(`passed over ${printable(file)}: ${why}`)
    tree.skipped.forEach(passOver)
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
      const unmade = await makeEmptyFolders(client, tree, target, onClash)
      const plan = await planUpload(client, tree, target, { onClash, checkAll })
      startUpload(queue, plan)
      await runQueue(queue, output, signal)
      const failures = [tree.failed, unmade.failed, plan.failed, failedOf(queue.items, onClash)].flat()
      for (const { file, why } of failures) output.problem(`${printable(file)}: ${why}`)
      const skipped = [...unmade.skipped, ...skippedOf(queue.items, onClash)]
      skipped.forEach(passOver)
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
        failed: failures.length,
        failures,
        skipped: [...tree.skipped, ...skipped],
      }
      const line = `${countOfFiles(value.files)}, ${formatBytes(value.bytes)}: ${formatBytes(sentBytes)} sent, ${formatBytes(value.reusedBytes)} there already, ${seconds.toFixed(1)} s`
      output.result(value, columns([[line]]))
      if (failures.length > 0) throw new PartialFailure()
    } finally {
      queue.close()
    }
  },
}
