import type { TransferLink, UploadMemory } from '../api.ts'
import type { Hashing } from '../hashing.ts'
import type { createCredit } from './upload-credit.ts'
import type { createUploadFolders } from './upload-folders.ts'
import type { createUploadItems, UploadRecord } from './upload-items.ts'
import type { createSender } from './upload-sender.ts'

export type UploadQueueOptions = {
  link: TransferLink
  /** Remembers finished uploads under `memoryKey` (hub and user), so that unchanged files are not read again. */
  memory?: UploadMemory
  memoryKey?: string
  /** Where WebCrypto is missing, or slower than something else that is there. */
  hashing?: Hashing
  /** Files above the chunk minimum at once. */
  largeAtOnce?: number
}

/** What the two kinds of uploads work with. */
export type UploadTools = Required<Pick<UploadQueueOptions, 'link' | 'hashing' | 'memoryKey'>> & {
  memory: UploadMemory | null
  credit: ReturnType<typeof createCredit>
  sender: ReturnType<typeof createSender>
  folders: ReturnType<typeof createUploadFolders>
  items: ReturnType<typeof createUploadItems>
  /** Folders without files below names that are taken, by those: they share the answer that is given for the files. */
  heldFolders: Map<string, (readonly string[])[]>
  /** A run is over: something else may begin. */
  ended(): void
  /** Puts a row in line again. */
  requeue(record: UploadRecord): void
}
