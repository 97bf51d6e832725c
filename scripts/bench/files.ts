import { randomFillSync } from 'node:crypto'
import { mkdir, open } from 'node:fs/promises'
import { join } from 'node:path'
import { MiB } from './row.ts'

/** Writes a file of random bytes: nothing can compress them or know them already. */
export const randomFile = async (path: string, size: number): Promise<string> => {
  const file = await open(path, 'w')
  const block = new Uint8Array(Math.min(size, 4 * MiB))
  for (let written = 0; written < size; written += block.length) {
    await file.write(randomFillSync(block).subarray(0, Math.min(block.length, size - written)))
  }
  // So that the disk is idle when measuring begins.
  if (size > MiB) await file.sync()
  await file.close()
  return path
}

export const randomFiles = async (directory: string, count: number, size: number): Promise<string[]> => {
  await mkdir(directory, { recursive: true })
  const paths: string[] = []
  for (let n = 0; n < count; n++) paths.push(await randomFile(join(directory, `${n}.bin`), size))
  return paths
}
