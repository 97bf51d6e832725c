import { createHash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import type { ChunkRef } from '../../protocol/values.ts'

export const writeAll = async (handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> => {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done)
    done += bytesWritten
  }
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** Is told of each chunk that was read how many bytes that were; what it throws ends the reading. */
export type Looked = (bytes: number) => void

/** The chunks, but for those in `known`, with their bytes, which are good until the next one; null where the file has others. */
async function* readChunks(
  handle: FileHandle,
  chunks: readonly ChunkRef[],
  known: ReadonlySet<number>,
  looked: Looked,
) {
  const { size } = await handle.stat()
  let buffer = new Uint8Array(0)
  let end = 0
  for (const [index, chunk] of chunks.entries()) {
    const position = end
    end += chunk.size
    if (known.has(index)) continue
    if (buffer.length < chunk.size) buffer = new Uint8Array(chunk.size)
    const bytesRead = end > size ? 0 : (await handle.read(buffer, 0, chunk.size, position)).bytesRead
    const bytes = buffer.subarray(0, bytesRead)
    const isThere = bytesRead === chunk.size && sha256(bytes) === chunk.hash
    looked(bytesRead)
    yield { index, position, bytes: isThere ? bytes : null }
  }
}

/** The chunks whose bytes are at their place. */
export const chunksIn = async (
  handle: FileHandle,
  chunks: readonly ChunkRef[],
  looked: Looked,
): Promise<Set<number>> => {
  const there = new Set<number>()
  for await (const { index, bytes } of readChunks(handle, chunks, there, looked)) if (bytes) there.add(index)
  return there
}

const reading = async <T>(file: string, work: (handle: FileHandle) => Promise<T>): Promise<T | null> => {
  const handle = await open(file).catch(() => null)
  return handle && work(handle).finally(() => handle.close())
}

/** Whether a file of their size is these chunks; false also where it cannot be read. It is read until the first other one. */
export const isOf = async (file: string, chunks: readonly ChunkRef[], looked: Looked): Promise<boolean> => {
  const isSame = await reading(file, async handle => {
    for await (const { bytes } of readChunks(handle, chunks, new Set(), looked)) if (!bytes) return false
    return true
  })
  return isSame ?? false
}

/** Copies from a file what it has at the same place, but for what is `there`, and adds it to that. */
export const copyChunks = async (
  file: string,
  to: FileHandle,
  chunks: readonly ChunkRef[],
  there: Set<number>,
  looked: Looked,
): Promise<void> => {
  await reading(file, async handle => {
    for await (const { index, position, bytes } of readChunks(handle, chunks, there, looked)) {
      if (!bytes) continue
      await writeAll(to, bytes, position)
      there.add(index)
    }
  })
}
