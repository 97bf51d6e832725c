import { WherryError } from '../../../protocol/errors.ts'
import type { ChunkRef, OnClash } from '../../../protocol/values.ts'
import type { Source, TransferLink } from '../api.ts'

export type FileTarget = { folder: string; name: string; onClash: OnClash }

/** What the hub knows of the chunks that were declared; `begunBytes`: of one that is not stored, what arrived of it. */
export type KnownChunk = ChunkRef & { stored: boolean; begunBytes?: number }

type Binding = {
  upload: string
  stream: number
  isOpen: boolean
  source: Source
  target: FileTarget
  /** The first chunks, which the hub is known to have: it is asked for the others. */
  stored: readonly KnownChunk[]
  /** Told after each page, so that a connection that breaks between two costs none of them. */
  onKnown(known: readonly KnownChunk[]): void
}

/** Binds an upload to a stream of the connection of now; answers what the hub knows of its chunks, or null if it is new. Throws `incomplete` if it has not those in `stored`. */
export const bindUpload = async (
  link: TransferLink,
  { upload, stream, isOpen, source, target, stored, onKnown }: Binding,
): Promise<KnownChunk[] | null> => {
  if (!isOpen) {
    const { size, modifiedAt } = source
    await link.call('upload.open', { upload, stream, ...target, size, modifiedAt }, { retry: false })
    return null
  }
  const known = [...stored]
  const storedBytes = stored.reduce((sum, { size }) => sum + size, 0)
  for (let from: number | null = known.length; from !== null; ) {
    const page: Awaited<ReturnType<typeof resumePage>> = await resumePage(link, upload, stream, from)
    // A hub that was restored from a backup knows fewer.
    if (page.upload.declaredBytes < storedBytes) throw new WherryError('incomplete')
    known.push(...page.chunks)
    onKnown(known)
    from = page.next
  }
  if (known.some(chunk => !chunk.stored)) await addBegun(link, upload, known)
  return known
}

/** It saves bytes only: without an answer, as from an older hub, chunks are sent whole. */
const addBegun = async (link: TransferLink, upload: string, known: KnownChunk[]): Promise<void> => {
  const { chunks } = await link
    .call('upload.begun', { upload }, { retry: false })
    .catch(() => ({ chunks: [] }))
  for (const { index, hash, bytes } of chunks) {
    const chunk = known[index]
    if (chunk?.hash === hash && !chunk.stored && bytes < chunk.size) chunk.begunBytes = bytes
  }
}

const resumePage = (link: TransferLink, upload: string, stream: number, from: number) =>
  link.call('upload.resume', { upload, stream, from }, { retry: false })
