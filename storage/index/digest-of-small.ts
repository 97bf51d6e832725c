import { hash as digestOf } from 'node:crypto'
import { bytesToHex, digestLink, digestStart } from '../../protocol/digest.ts'
import type { ChunkRef } from '../../protocol/values.ts'

/** The digest of a content of one chunk, or of none. */
export const digestOfSmall = ({ hash, size }: ChunkRef): string =>
  size === 0 ? bytesToHex(digestStart) : digestOf('sha256', digestLink(digestStart, { hash, size }), 'hex')
