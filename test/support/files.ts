import { createHash, randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, writeFile } from 'node:fs/promises'
import { limits } from '../../protocol/limits.ts'

const MiB = 2 ** 20

/** Writes a file of random bytes, so that no two of its chunks are the same. */
export const randomFile = async (path: string, bytes: number): Promise<string> => {
  const handle = await open(path, 'w')
  for (let at = 0; at < bytes; at += MiB) await handle.write(randomBytes(Math.min(MiB, bytes - at)))
  await handle.close()
  return path
}

export const sha256OfFile = async (path: string): Promise<string> => {
  const hash = createHash('sha256')
  for await (const piece of createReadStream(path)) hash.update(piece as Buffer)
  return hash.digest('hex')
}

/** A file whose first chunk is as large as a chunk can be: on a slow link there is time before it is stored. */
export const largeChunkFile = async (path: string, bytes: number): Promise<string> => {
  await writeFile(
    path,
    Buffer.concat([Buffer.alloc(limits.chunkMaxBytes), randomBytes(bytes - limits.chunkMaxBytes)]),
  )
  return path
}
