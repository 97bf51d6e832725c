import { open, readFile } from 'node:fs/promises'

const pieceBytes = 4 * 1024 * 1024

/** Ranges that the process can write: what it keeps is there. */
const writableRanges = async (pid: number): Promise<{ start: number; end: number }[]> => {
  const maps = await readFile(`/proc/${pid}/maps`, 'utf8')
  return [...maps.matchAll(/^([0-9a-f]+)-([0-9a-f]+) rw/gm)].map(([, start = '', end = '']) => ({
    start: Number.parseInt(start, 16),
    end: Number.parseInt(end, 16),
  }))
}

/** Which of the needles are somewhere in the memory of a process. Throws where that must not be read. */
export const findInMemory = async (pid: number, needles: readonly Buffer[]): Promise<Buffer[]> => {
  const found = new Set<Buffer>()
  const overlap = Math.max(...needles.map(({ length }) => length))
  const memory = await open(`/proc/${pid}/mem`, 'r')
  try {
    const piece = Buffer.alloc(pieceBytes + overlap)
    for (const { start, end } of await writableRanges(pid))
      for (let at = start; at < end; at += pieceBytes) {
        // What was mapped and is not there any more, or never was, is no memory.
        const read = await memory.read(piece, 0, Math.min(piece.length, end - at), at).catch(() => null)
        const bytes = piece.subarray(0, read?.bytesRead ?? 0)
        for (const needle of needles) if (!found.has(needle) && bytes.includes(needle)) found.add(needle)
      }
  } finally {
    await memory.close()
  }
  return [...found]
}
