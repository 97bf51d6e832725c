import { bytesToHex, digestLink, digestStart, hexToBytes } from '../../protocol/digest.ts'
import type { ChunkRef } from '../../protocol/values.ts'
import { type Blocks, createBlocks } from './blocks.ts'
import { cutSearch, type MakeCutSearch } from './upload/cut-search.ts'

/** SHA-256 as lower-case hexadecimal. The bytes stay as they are until it resolves. */
export type Sha256 = (bytes: Uint8Array) => Promise<string>

/** How a machine hashes and cuts best, and the memory that suits it: shared where another thread hashes it in place. */
export type Hashing = { sha256: Sha256; makeSearch: MakeCutSearch; blocks: Blocks }

/** By WebCrypto, which hashes beside the calling thread. Pages that came over plain http have none: there, in JavaScript. */
export const subtleSha256: Sha256 = async bytes => {
  if (globalThis.crypto?.subtle === undefined) {
    const { sha256 } = await import('@noble/hashes/sha2.js')
    return bytesToHex(sha256(bytes))
  }
  return bytesToHex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>)))
}

/** The digest of a whole content (protocol/digest.ts), as hexadecimal. */
export const contentDigest = async (chunks: Iterable<ChunkRef>, sha256: Sha256): Promise<string> => {
  let digest = bytesToHex(digestStart)
  for (const chunk of chunks) digest = await sha256(digestLink(hexToBytes(digest), chunk))
  return digest
}

/** What every browser has. */
export const subtleHashing: Hashing = {
  sha256: subtleSha256,
  makeSearch: cutSearch,
  blocks: createBlocks(bytes => new Uint8Array(bytes)),
}
