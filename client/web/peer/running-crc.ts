import { crc32 } from './crc32.ts'

type Readable = { read(into: Uint8Array, options: { at: number }): number }

/** Of what is read at once. */
const pieceBytes = 1024 * 1024

/** The CRC-32 of a file while it is written: what came in order need not be read again. */
export const runningCrc = () => {
  let crc = 0
  let end = 0
  const add = (bytes: Uint8Array) => {
    crc = crc32(bytes, crc)
    end += bytes.length
  }
  return {
    /** These bytes were written at this place. */
    wrote(bytes: Uint8Array, at: number): void {
      if (at === end) add(bytes)
    },
    /** Of all `size` bytes of the file. */
    finish(file: Readable, size: number): number {
      const piece = new Uint8Array(Math.min(pieceBytes, size - end))
      while (end < size) {
        const read = file.read(piece.subarray(0, size - end), { at: end })
        if (read === 0) throw new Error('The file is shorter than it was.')
        add(piece.subarray(0, read))
      }
      return crc
    },
  }
}
