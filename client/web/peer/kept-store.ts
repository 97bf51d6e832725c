import { WherryError } from '../../../protocol/errors.ts'
import { subtleSha256 } from '../../core/hashing.ts'
import type { PeerFile, PeerSink, PeerStore } from '../../core/peer/api.ts'
import type { OwnWorker } from '../app/own-worker.ts'
import { keptFolder } from './kept-folder.ts'
import type { FromKeeper, KeepAnswer, KeepRequest } from './kept-messages.ts'

/** A received file that is whole, as the browser's private file system has it. */
export type KeptWhole = { file: PeerFile; content: File /** 0 for a file that came alone. */; crc: number }

export type KeptStore = PeerStore & {
  /** Files that were finished since the page was loaded, in order. */
  readonly whole: readonly KeptWhole[]
}

/** The browser can keep files of any size out of memory: in secure pages, and not in some private windows. */
export const canKeep = async (): Promise<boolean> => {
  try {
    await navigator.storage.getDirectory()
    return true
  } catch {
    return false
  }
}

/** Names of files come from the other side, and some that people use are forbidden here: kept under a hash of the path. */
const keyOf = (file: PeerFile): Promise<string> =>
  subtleSha256(new TextEncoder().encode(JSON.stringify(file.path)))

/** Bytes that a transfer has here already. */
const keptBytes = async (transfer: string): Promise<number> => {
  let bytes = 0
  try {
    const folder = await keptFolder(transfer)
    const handles = (folder as unknown as { values(): AsyncIterable<FileSystemHandle> }).values()
    for await (const handle of handles)
      if (handle instanceof FileSystemFileHandle) bytes += (await handle.getFile()).size
  } catch {
    // There is none of it yet.
  }
  return bytes
}

/** Files of a transfer that were finished in an earlier visit. Throws where the browser cleared them away. */
export const loadKept = async (
  transfer: string,
  files: readonly PeerFile[],
  crcOf: (file: PeerFile) => number,
): Promise<KeptWhole[]> => {
  if (files.length === 0) return []
  const folder = await keptFolder(transfer)
  const load = async (file: PeerFile) => {
    const content = await (await folder.getFileHandle(await keyOf(file))).getFile()
    return { file, content, crc: crcOf(file) }
  }
  return Promise.all(files.map(load))
}

type Ask = <R extends KeepRequest>(request: R, transfers?: Transferable[]) => Promise<KeepAnswer[R['kind']]>

const askOf = (worker: OwnWorker): Ask => {
  const open = new Map<number, { resolve(answer: never): void; reject(error: unknown): void }>()
  let asked = 0
  worker.hear(message => {
    const data = message as FromKeeper
    const waiting = open.get(data.id)
    open.delete(data.id)
    if ('answer' in data) waiting?.resolve(data.answer as never)
    else if (data.noRoom) waiting?.reject(new WherryError('no_room'))
    else waiting?.reject(new WherryError('internal', data.message))
  })
  return (request, transfers = []) =>
    new Promise((resolve, reject) => {
      const id = ++asked
      open.set(id, { resolve, reject })
      worker.post({ id, request }, transfers)
    })
}

/** A folder without files needs no bytes: who saves the transfer makes it. */
const emptyFolder: PeerSink = {
  restored: new Map(),
  write: async () => null,
  finish: async () => {},
  stop: async () => {},
}

/** Keeps received files in the browser's private file system, by a worker, chunk by durable chunk. */
export const keptStore = (worker: OwnWorker): KeptStore => {
  const ask = askOf(worker)
  const whole: KeptWhole[] = []
  let isAlone = false

  const finished = async (transfer: string, key: string, file: PeerFile, crc: number) => {
    const content = await (await (await keptFolder(transfer)).getFileHandle(key)).getFile()
    whole.push({ file, content, crc })
  }

  return {
    whole,
    async reserve(offer) {
      isAlone = offer.files.length === 1
      const wanted = offer.files.reduce((sum, { size }) => sum + size, 0)
      const { quota, usage } = await navigator.storage.estimate()
      if (quota === undefined || usage === undefined) return
      if (wanted - (await keptBytes(offer.transfer)) > quota - usage) throw new WherryError('no_room')
    },
    async open(transfer, file): Promise<PeerSink> {
      if (file.kind === 'folder') return emptyFolder
      const key = await keyOf(file)
      const { size, modifiedAt } = file
      const { file: id, restored } = await ask({
        ...{ kind: 'open', transfer, key, size, modifiedAt },
        isSummed: !isAlone,
      })
      return {
        restored,
        async write(index, bytes, hash) {
          // What goes to a worker is taken away from here.
          const own = bytes.length === bytes.buffer.byteLength ? bytes : bytes.slice()
          return (await ask({ kind: 'write', file: id, index, bytes: own, hash }, [own.buffer])).buffer
        },
        async finish() {
          const { crc } = await ask({ kind: 'finish', file: id })
          await finished(transfer, key, file, crc)
        },
        async stop(keep) {
          await ask({ kind: 'stop', file: id, keep })
        },
      }
    },
  }
}
