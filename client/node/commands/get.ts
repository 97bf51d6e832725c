import { constants } from 'node:fs'
import { access, mkdir, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { isReason, WherryError } from '../../../protocol/errors.ts'
import { limits } from '../../../protocol/limits.ts'
import type { Entry } from '../../../protocol/values.ts'
import { download } from '../../core/download/download.ts'
import { argument, type Command, interrupted, PartialFailure } from '../cli/command.ts'
import { countOfFiles, formatBytes, type Output, printable } from '../cli/output.ts'
import { createProgressBar } from '../cli/progress.ts'
import { listFolder, needEntry } from '../cli/remote-path.ts'
import type { Client } from '../cli/session.ts'
import { partName, removeLeft, removeTwin } from '../file-place.ts'
import { fileSink } from '../file-sink.ts'
import { threadHashing } from '../hashing.ts'
import type { Unsent } from '../local-tree.ts'
import { modifiedAt } from '../modified-at.ts'
import { isFull, isThere } from '../peer/write-errors.ts'
import { whyOf } from '../why-of.ts'

/**
 * Files that download at the same time. A small one is one question and one answer: more of them than large ones, or a
 * distant hub would spend most of the time waiting.
 */
const concurrency = { large: 4, small: 32 }

/** `isWritable`: its folder is, as far as that is to be seen before. */
type Wanted = { entry: Entry; file: string; isWritable: boolean }

const isFolder = async (path: string): Promise<boolean> => {
  const found = await stat(path).catch(() => null)
  return found?.isDirectory() ?? false
}

/** A name from the hub must not lead out of the folder, and "\" separates folders on Windows. */
const localName = (name: string): string => {
  if (basename(name) !== name || name === '..' || name === '.')
    throw new WherryError('not_found', `"${printable(name)}" cannot be a file here.`)
  return name
}

const isWritable = async (folder: string): Promise<boolean> =>
  access(folder, constants.W_OK).then(
    () => true,
    () => false,
  )

/** What is in a folder, made here with those in it. What has no place here goes into `failed`, with all that is in it. */
async function* wantedFiles(
  client: Client,
  entry: Entry,
  target: string,
  failed: Unsent[],
): AsyncGenerator<Wanted> {
  try {
    await mkdir(target, { recursive: true })
  } catch (error) {
    failed.push({ file: target, why: isThere(error) ? 'what has that name here is no folder' : whyOf(error) })
    return
  }
  const canWrite = await isWritable(target)
  await removeLeft(target)
  for await (const child of listFolder(client, entry.id)) {
    const file = join(target, localName(child.name))
    if (child.kind === 'folder') yield* wantedFiles(client, child, file, failed)
    else yield { entry: child, file, isWritable: canWrite }
  }
}

const wantedFile = async (entry: Entry, file: string): Promise<Wanted> => {
  const folder = dirname(file)
  await removeLeft(folder)
  return { entry, file, isWritable: await isWritable(folder) }
}

const isSmall = ({ entry }: Wanted): 'small' | 'large' => (entry.size <= limits.openBytes ? 'small' : 'large')

type GetOptions = { force: boolean; checkAll: boolean }

/**
 * What of it is here. A file with the same size and date was downloaded before: the interrupted command goes on behind it.
 * What has another date may be it all the same, where a file system keeps dates less exactly: that is seen when it is compared.
 */
const whatIsHere = async (
  { entry, file }: Wanted,
  checkAll: boolean,
): Promise<'all' | 'a file' | 'nothing'> => {
  const found = await stat(file).catch(() => null)
  if (found === null) return 'nothing'
  if (!found.isFile()) throw new WherryError('name_taken', 'what has that name here is no file')
  // A killed run may have left the second name of what is whole.
  if (found.nlink > 1) await removeTwin(file, entry.id)
  const isAll = !checkAll && found.size === entry.size && modifiedAt(found) === entry.modifiedAt
  return isAll ? 'all' : 'a file'
}

/**
 * What to know besides the error. Nothing is removed of a file that is gone: the right to read may have been taken back, and
 * given again it goes on.
 */
const leftOf = async ({ entry, file }: Wanted, error: unknown): Promise<string> => {
  const part = partName(file, entry.id)
  const isPart = (await stat(part).catch(() => null)) !== null
  const where = `What arrived of it is in ${printable(part)}`
  if (isFull(error)) return `${isPart ? `. ${where}` : ''}; the same command continues when there is room`
  if (!isPart || !isReason(error, 'not_found')) return ''
  return ` ${where}; nothing continues it if the file was deleted.`
}

type Totals = { files: number; bytes: number; receivedBytes: number; reusedBytes: number }

const tell = (failures: readonly Unsent[], output: Output): void => {
  for (const { file, why } of failures) output.problem(`${printable(file)}: ${why}`)
}

const getAll = async (
  client: Client,
  wanted: Wanted[],
  { force, checkAll }: GetOptions,
  output: Output,
  signal: AbortSignal,
): Promise<Totals & { failures: readonly Unsent[] }> => {
  const totals: Totals = { files: 0, bytes: 0, receivedBytes: 0, reusedBytes: 0 }
  const allBytes = wanted.reduce((sum, { entry }) => sum + entry.size, 0)
  const hashing = threadHashing()
  let comingBytes = 0
  /** Files of which something arrived, and not all. */
  const underWay = new Set<Wanted>()
  const figures = () => (underWay.size > 0 ? [totals.receivedBytes, comingBytes] : null)
  const bar = createProgressBar(output.interactive, figures)
  const getOne = async (one: Wanted): Promise<void> => {
    totals.files++
    totals.bytes += one.entry.size
    const here = await whatIsHere(one, checkAll)
    if (here === 'all') {
      totals.reusedBytes += one.entry.size
      return
    }
    const name = printable(one.entry.name)
    const show = (label: string) =>
      bar.update(totals.receivedBytes + totals.reusedBytes + comingBytes, allBytes, label)
    let before = { receivedBytes: 0, reusedBytes: 0, comingBytes: 0 }
    await download(client, one.entry.id, fileSink(one.file, one.entry.id, { overwrite: force }), {
      signal,
      hashing,
      // What cannot be written does not have to come first.
      atOnce: here === 'nothing' && one.isWritable,
      onProgress({ receivedBytes, reusedBytes, comingBytes: coming }) {
        totals.receivedBytes += receivedBytes - before.receivedBytes
        totals.reusedBytes += reusedBytes - before.reusedBytes
        comingBytes += coming - before.comingBytes
        before = { receivedBytes, reusedBytes, comingBytes: coming }
        if (receivedBytes + reusedBytes + coming < one.entry.size) underWay.add(one)
        else underWay.delete(one)
        show(name)
      },
      onCompared: bytes => show(`${name}: ${formatBytes(bytes)} that are here compared`),
    }).finally(() => {
      comingBytes -= before.comingBytes
      underWay.delete(one)
    })
  }
  const failures: Unsent[] = []
  const worker = async (queue: Iterable<Wanted>): Promise<void> => {
    for (const one of queue) {
      try {
        await getOne(one)
      } catch (error) {
        if (signal.aborted) throw interrupted()
        failures.push({ file: one.file, why: `${whyOf(error)}${await leftOf(one, error)}` })
      }
    }
  }
  try {
    const { small = [], large = [] } = Object.groupBy(wanted, isSmall)
    const workers = (files: Wanted[], most: number) => {
      const queue = files.values()
      return Array.from({ length: most }, () => worker(queue))
    }
    const ended = await Promise.allSettled([
      ...workers(large, concurrency.large),
      ...workers(small, concurrency.small),
    ])
    // Not before all have ended: one might leave what it was about to give its name.
    for (const worker of ended) if (worker.status === 'rejected') throw worker.reason
  } finally {
    bar.stop()
    tell(failures, output)
  }
  return { ...totals, failures }
}

export const get: Command = {
  usage: 'get SPACE:PATH [DEST] [--force] [--check]',
  doc: 'Downloads a file, or a folder with all that is in it; every byte is verified. A DEST that ends with / is a folder, and made where it is missing. The same command again continues an interrupted download; files that are here with the same size and date are passed over, unless --check or --force compares them byte by byte. Another file of that name is a failure, unless --force replaces it.',
  options: { force: { type: 'boolean' }, check: { type: 'boolean' } },
  takes: { min: 1, max: 2 },
  async run({ connect, output, signal }, args, options) {
    const started = performance.now()
    const client = await connect()
    const entry = await needEntry(client, argument(args, 0))
    const named = args[1] ?? '.'
    if (named.endsWith('/')) await mkdir(named, { recursive: true })
    const target = (await isFolder(named)) ? join(named, localName(entry.name)) : named
    const unmade: Unsent[] = []
    const wanted =
      entry.kind === 'file'
        ? [await wantedFile(entry, target)]
        : await Array.fromAsync(wantedFiles(client, entry, target, unmade))
    const { failures: failed, ...totals } = await getAll(
      client,
      wanted,
      { force: options.force === true, checkAll: options.check === true || options.force === true },
      output,
      signal,
    )
    tell(unmade, output)
    const failures = [...failed, ...unmade]
    const seconds = (performance.now() - started) / 1000
    const line = `${countOfFiles(totals.files)}, ${formatBytes(totals.bytes)}: ${formatBytes(totals.receivedBytes)} received, ${formatBytes(totals.reusedBytes)} here already, ${seconds.toFixed(1)} s`
    output.result({ ...totals, failed: failures.length, failures, seconds }, [line])
    if (failures.length > 0) throw new PartialFailure()
  },
}
