import { hexToBytes } from '../../../protocol/digest.ts'
import type { Sha256 } from '../hashing.ts'

const entries = 256
const digestBytes = 32

/**
 * The 256 random 32-bit numbers of the gear hash, the same for all clients of a hub: entry 8k + j is the j-th
 * little-endian 32-bit word of SHA-256 of the text `<seed>:<k>` in UTF-8, for k = 0 to 31 in decimal.
 */
export const gearTable = async (seed: string, sha256: Sha256): Promise<Int32Array> => {
  const bytes = new Uint8Array(entries * 4)
  const blocks = Array.from({ length: bytes.length / digestBytes }, (_, k) =>
    sha256(new TextEncoder().encode(`${seed}:${k}`)),
  )
  for (const [k, digest] of (await Promise.all(blocks)).entries())
    bytes.set(hexToBytes(digest), k * digestBytes)
  const view = new DataView(bytes.buffer)
  return Int32Array.from({ length: entries }, (_, i) => view.getInt32(4 * i, true))
}
