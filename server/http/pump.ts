import { inSlices } from '../slices.ts'
import type { HttpStream } from '../transport/http.ts'
import type { Piece } from './content-reader.ts'

/** Pieces below this size travel together. */
const smallBytes = 32 * 1024
const joinedBytes = 64 * 1024

/** Sends pieces as fast as the network takes them; answers how many bytes went. Stops when the client has gone. */
export const pump = async (
  pieces: AsyncIterable<Piece>,
  stream: HttpStream,
  isOver: () => boolean,
): Promise<number> => {
  const joined = new Uint8Array(joinedBytes)
  let held = 0
  let sent = 0
  const pause = inSlices()

  const write = async (bytes: Uint8Array): Promise<boolean> => {
    if (isOver()) return false
    sent += bytes.length
    const isTaken = await stream.write(bytes)
    // Headers of archives are made without waiting, and a fast network takes them so.
    await pause()
    return isTaken
  }
  const flush = async (): Promise<boolean> => {
    const length = held
    held = 0
    return length === 0 || write(joined.subarray(0, length))
  }
  const add = async (bytes: Uint8Array): Promise<boolean> => {
    const isSmall = bytes.length < smallBytes
    if ((!isSmall || held + bytes.length > joinedBytes) && !(await flush())) return false
    if (!isSmall) return write(bytes)
    joined.set(bytes, held)
    held += bytes.length
    return true
  }

  for await (const piece of pieces) {
    try {
      if (!(await add(piece.bytes))) return sent
    } finally {
      piece.release()
    }
  }
  await flush()
  return sent
}
