import { expect, test } from 'vitest'
import { chunkBytes } from '../../../client/core/peer/api.ts'
import { blobPeerSource } from '../../../client/web/peer/blob-peer-source.ts'
import { someBytes } from '../memory-source.ts'

test('chunks of a file that is sent are read into the memory that is given, one after the other', async () => {
  const bytes = someBytes(3 * chunkBytes + 5)
  const source = blobPeerSource(new File([bytes], 'a.bin'), [])
  const memory = new Uint8Array(chunkBytes)
  for (let start = 0; start < bytes.length; start += chunkBytes) {
    const length = Math.min(chunkBytes, bytes.length - start)
    const read = await source.read(start, length, memory)
    expect(read.buffer === memory.buffer).toBe(true)
    expect(Buffer.compare(read, bytes.subarray(start, start + length))).toBe(0)
  }
})
