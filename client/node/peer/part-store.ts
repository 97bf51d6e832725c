import { createHash } from 'node:crypto'
import { realpath, statfs } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { WherryError } from '../../../protocol/errors.ts'
import { nameKey } from '../../../protocol/names.ts'
import {
  chunkBytes,
  type PeerFile,
  type PeerOffer,
  type PeerSink,
  type PeerStore,
} from '../../core/peer/api.ts'
import { formatBytes, printable } from '../cli/output.ts'
import { tryFileLock } from '../file-lock.ts'
import { stateDirectory } from '../state-directory.ts'
import { groupSync } from './group-sync.ts'
import { oldFiles } from './old-files.ts'
import { beginPart, fileId, removePart, reopenPart } from './part-file.ts'
import { type BegunPart, finishedSink, folderSink, partSink } from './part-sink.ts'
import { receiptFolders, type Saved } from './receipt-folders.ts'
import { type KeptPart, openReceiptJournal, type ReceiptJournal } from './receipt-journal.ts'
import { checkPath } from './safe-place.ts'
import { writeFailure } from './write-errors.ts'

/** What was saved under another name, because its own was taken: as it was offered, and where it is in the target folder. */
export type Renamed = { path: string; savedAs: string }

/** Files of the folder `target`, which exists. */
export type PartStore = PeerStore & {
  /** Those of earlier runs of the same receipt included. */
  readonly renamed: readonly Renamed[]
  /** All is received: forgets what was only kept to continue. */
  done(): Promise<void>
  /** Nothing will be continued: removes the parts too. Whole files stay. */
  discard(): Promise<void>
  /** Keeps all for a later run. */
  close(): Promise<void>
}

const fileKey = ({ path, size, modifiedAt }: PeerFile): string => JSON.stringify([path, size, modifiedAt])
const pathOf = (key: string): string[] => JSON.parse(key)[0]

/** The same for paths that a file system may take for the same. */
const pathKey = (path: readonly string[]): string => path.map(nameKey).join('/')

/** The path itself, and the folders that it is in. */
const pathsTo = (path: readonly string[]): string[] => path.map((_, i) => pathKey(path.slice(0, i + 1)))

/** Those that still are the files of that receipt. */
const removeParts = async ({ target, kept }: ReceiptJournal): Promise<void> => {
  if (target === null) return
  for (const { part, id } of kept.values()) {
    const path = join(target, part)
    if ((await fileId(path)) === id) await removePart(path)
  }
}

/** Nothing, while another process continues it. */
const forgetReceipt = async (path: string): Promise<void> => {
  const unlock = await tryFileLock(`${path}.lock`)
  if (!unlock) return
  const journal = await openReceiptJournal(path)
  await removeParts(journal)
  await journal.remove()
  await unlock()
}

/** What nobody continued for as long as receipts are kept. */
const forgetOld = async (journals: string): Promise<void> => {
  for (const path of await oldFiles(journals, '.journal')) await forgetReceipt(path)
}

type ReceiptOptions = { transfer: string; journals: string; saved: Saved }

const openReceipt = async (target: string, { transfer, journals, saved }: ReceiptOptions) => {
  await forgetOld(journals)
  const name = createHash('sha256').update(`${target}\n${transfer}`).digest('hex')
  const path = join(journals, `${name}.journal`)
  const unlock = await tryFileLock(`${path}.lock`)
  const journal = await openReceiptJournal(path, target)
  return {
    journal,
    unlock: async () => unlock?.(),
    folders: receiptFolders(target, journal, saved),
    sync: groupSync(journal),
    inUse: new Set<string>(),
    /** Where files and folders of the offer are to be. */
    wanted: new Set<string>(),
  }
}

type Receipt = Awaited<ReturnType<typeof openReceipt>>

/** Bytes of the file that are on the disk already. */
const keptBytes = ({ journal }: Receipt, file: PeerFile): number => {
  const kept = journal.kept.get(fileKey(file))
  if (!kept) return 0
  return kept.name !== null ? file.size : Math.min(file.size, kept.hashes.size * chunkBytes)
}

/** Receives into `target`. What an interrupted run left there is continued if the same transfer is offered again. */
export const partStore = (target: string, journals = stateDirectory('receipts')): PartStore => {
  const receipts = new Map<string, Promise<Receipt>>()
  const renamed: Renamed[] = []

  const saved = (path: readonly string[], relative: string): void => {
    if (basename(relative) !== path.at(-1)) renamed.push({ path: path.join('/'), savedAs: relative })
  }

  const open = async (transfer: string): Promise<Receipt> => {
    const receipt = await openReceipt(await realpath(target), { transfer, journals, saved })
    for (const [top, as] of receipt.journal.tops) saved([top], as)
    for (const [key, { name }] of receipt.journal.kept) if (name !== null) saved(pathOf(key), name)
    return receipt
  }

  const receiptOf = (transfer: string): Promise<Receipt> => {
    const known = receipts.get(transfer)
    if (known) return known
    const opening = open(transfer)
    receipts.set(transfer, opening)
    return opening
  }

  const openKept = async (receipt: Receipt, file: PeerFile, kept: KeptPart): Promise<PeerSink | null> => {
    const { file: number, hashes: restored, id, name } = kept
    if (name !== null) return (await fileId(join(target, name))) === id ? finishedSink(file, restored) : null
    const handle = await reopenPart(join(target, kept.part), id)
    if (!handle) return null
    const relative = dirname(kept.part)
    const part = { name: basename(kept.part), handle, folder: join(target, relative), relative, number }
    return partSink({ file, kept: part, begin: async () => part, restored, sync: receipt.sync, saved })
  }

  const begin = async ({ folders, journal, wanted }: Receipt, file: PeerFile): Promise<BegunPart> => {
    const parent = file.path.slice(0, -1)
    const place = await folders.ensure(parent)
    const isWanted = (name: string) => wanted.has(pathKey([...parent, name]))
    const part = await beginPart(place.folder, file.path.at(-1) ?? '', isWanted)
    const number = journal.newFile()
    const id = (await fileId(join(place.folder, part.name))) ?? ''
    await journal.append([{ file: number, key: fileKey(file), part: join(place.relative, part.name), id }])
    return { ...part, ...place, number }
  }

  const openNew = (receipt: Receipt, file: PeerFile): PeerSink =>
    partSink({
      file,
      kept: null,
      begin: () => begin(receipt, file),
      restored: new Map(),
      sync: receipt.sync,
      saved,
    })

  const forget = async (isDiscarded: boolean): Promise<void> => {
    for (const opening of receipts.values()) {
      const { journal, unlock } = await opening
      if (isDiscarded) await removeParts(journal)
      await journal.remove()
      await unlock()
    }
    receipts.clear()
  }

  return {
    renamed,
    async reserve(offer: PeerOffer) {
      for (const { path } of offer.files) checkPath(path)
      const receipt = await receiptOf(offer.transfer)
      for (const { path } of offer.files) for (const one of pathsTo(path)) receipt.wanted.add(one)
      const needed = offer.files.reduce((sum, file) => sum + file.size - keptBytes(receipt, file), 0)
      const { bavail, bsize } = await statfs(target)
      if (needed <= bavail * bsize) return
      throw new WherryError(
        'no_room',
        `There is not enough room: ${formatBytes(needed)} are needed, ${formatBytes(bavail * bsize)} are free in ${printable(target)}.`,
      )
    },
    async open(transfer, file) {
      checkPath(file.path)
      const receipt = await receiptOf(transfer)
      try {
        if (file.kind === 'folder')
          return folderSink(file, async () => (await receipt.folders.ensure(file.path)).folder)
        const key = fileKey(file)
        const kept = receipt.inUse.has(key) ? undefined : receipt.journal.kept.get(key)
        receipt.inUse.add(key)
        return (kept && (await openKept(receipt, file, kept))) ?? openNew(receipt, file)
      } catch (error) {
        throw writeFailure(error, printable(file.path.join('/')))
      }
    },
    done: () => forget(false),
    discard: () => forget(true),
    async close() {
      for (const opening of receipts.values()) {
        const { journal, unlock } = await opening
        await journal.close()
        await unlock()
      }
      receipts.clear()
    },
  }
}
