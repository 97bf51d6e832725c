import { createHash, randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'

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
