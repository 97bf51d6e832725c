import { hash } from 'node:crypto'
import { type FileHandle, open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { limits } from '../../protocol/limits.ts'
import type { ChunkRow } from './chunk-store.ts'
import type { DataKeys } from './keys.ts'
import { headerBytes, magic, readHeader, recordLength, segmentNumber } from './record.ts'
import { type RecordCipher, recordCipher } from './record-cipher.ts'

const windowBytes = 2 * recordLength(limits.chunkMaxBytes)

/** The row of the record at the start of `bytes`, but for where that is; null if no whole and authentic one is there. */
const rowAt = (cipher: RecordCipher, bytes: Uint8Array): Pick<ChunkRow, 'id' | 'size' | 'length'> | null => {
  const header = readHeader(bytes)
  if (!header || header.size < 1 || header.size > limits.chunkMaxBytes) return null
  const length = recordLength(header.size)
  if (bytes.length < length) return null
  const plain = new Uint8Array(header.size)
  if (!cipher.open(null, bytes.subarray(0, length), plain)) return null
  return { id: hash('sha256', plain), size: header.size, length }
}

const readWindow = async (file: FileHandle, buffer: Buffer, position: number): Promise<Buffer> => {
  let filled = 0
  while (filled < buffer.length) {
    const { bytesRead } = await file.read(buffer, filled, buffer.length - filled, position + filled)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return buffer.subarray(0, filled)
}

/** Yields the records of one file; behind a damaged one it looks for the next magic. */
async function* scanFile(file: FileHandle, segment: number, cipher: RecordCipher): AsyncGenerator<ChunkRow> {
  const buffer = Buffer.alloc(windowBytes)
  let start = 0
  let window = await readWindow(file, buffer, start)
  let at = 0
  for (;;) {
    // The window holds two of the longest records: from its first half on, a record is in it whole.
    if (window.length === buffer.length && at > windowBytes / 2) {
      start += at
      at = 0
      window = await readWindow(file, buffer, start)
    }
    if (window.length - at < headerBytes) return
    const row = rowAt(cipher, window.subarray(at))
    if (row) yield { ...row, segment, offset: start + at }
    const next = row ? at + row.length : window.indexOf(magic, at + 1)
    at = next === -1 ? Math.max(at + 1, window.length - magic.length + 1) : next
  }
}

/**
 * Every whole and authentic record of the segments, in the order in which they were begun: what the rows of the index
 * can be rebuilt from. A chunk that was stored twice comes twice; the later one is as good.
 */
export async function* scanSegments(directory: string, keys: DataKeys): AsyncGenerator<ChunkRow> {
  const cipher = recordCipher(keys)
  const names = (await readdir(directory)).filter(name => segmentNumber(name) !== null)
  const numbered = names.map(name => ({ name, segment: segmentNumber(name) ?? 0 }))
  for (const { name, segment } of numbered.sort((a, b) => a.segment - b.segment)) {
    const file = await open(join(directory, name))
    try {
      yield* scanFile(file, segment, cipher)
    } finally {
      await file.close()
    }
  }
}
