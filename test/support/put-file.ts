import { expect } from 'vitest'
import type { HubClient, TransferLink } from '../../client/core/api.ts'
import { createUploadQueue } from '../../client/core/upload/upload-queue.ts'
import { memorySource } from '../client/memory-source.ts'

/** Puts a file into a folder as somebody else would, in the place of one of that name. */
export const putFile = async (
  link: HubClient & TransferLink,
  folder: string,
  name: string,
  content: string | Uint8Array,
): Promise<void> => {
  const queue = createUploadQueue({ link })
  const source = memorySource(name, new Uint8Array(Buffer.from(content)))
  queue.add([{ source, folder, path: [], name, onClash: 'replace' }])
  await queue.whenIdle()
  expect(queue.totals.doneFiles).toBe(1)
  queue.close()
}
