import { readFile, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { batched } from './batched.ts'
import { isMissing, syncDirectory, writeDurably } from './small-files.ts'

/** The file `unclean` in the chunks' directory: while the store is open it names the first segment to verify after a crash. */
export type CleanPoint = {
  /** The first segment that was written to before an unclean stop, or null after a clean one. */
  readonly verifyFrom: number | null
  /** Segments before this one are settled. If it fails the point before holds: more is verified than has to be. */
  moveTo(segment: number): Promise<void>
  /** Resolves when this opening has a point that survives a power cut, at `first` if none was written yet. */
  hold(first: number): Promise<void>
  /** The stop is a clean one. */
  clear(): Promise<void>
}

const readNumber = async (path: string): Promise<number | null> => {
  try {
    const number = Number.parseInt(await readFile(path, 'utf8'), 10)
    return Number.isSafeInteger(number) ? number : 0
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}

export const cleanPoint = async (directory: string): Promise<CleanPoint> => {
  const path = join(directory, 'unclean')
  // The last, not the highest: threads that begin at the same time may be heard in the wrong order.
  const write = batched((segments: number[]) => writeDurably(path, `${segments.at(-1)}\n`, 0o600))
  let isHeld = false
  const moveTo = async (segment: number): Promise<void> => {
    await write(segment)
    isHeld = true
  }
  return {
    verifyFrom: await readNumber(path),
    moveTo,
    async hold(first) {
      if (!isHeld) await moveTo(first)
    },
    async clear() {
      await rm(path, { force: true })
      await syncDirectory(dirname(path))
    },
  }
}
