import type { ChunkRef, OnClash } from '../../../protocol/values.ts'
import type { Source, TransferLink } from '../api.ts'

export type FileTarget = { folder: string; name: string; onClash: OnClash }

type Binding = { upload: string; stream: number; isOpen: boolean; source: Source; target: FileTarget }

/** Binds an upload to a stream of the connection of now; answers what the hub knows of its chunks, or null if it is new. */
export const bindUpload = async (
  link: TransferLink,
  { upload, stream, isOpen, source, target }: Binding,
): Promise<(ChunkRef & { stored: boolean })[] | null> => {
  if (!isOpen) {
    const { size, modifiedAt } = source
    await link.call('upload.open', { upload, stream, ...target, size, modifiedAt }, { retry: false })
    return null
  }
  const known: (ChunkRef & { stored: boolean })[] = []
  for (let from: number | null = 0; from !== null; ) {
    const page: Awaited<ReturnType<typeof resumePage>> = await resumePage(link, upload, stream, from)
    known.push(...page.chunks)
    from = page.next
  }
  return known
}

const resumePage = (link: TransferLink, upload: string, stream: number, from: number) =>
  link.call('upload.resume', { upload, stream, from }, { retry: false })
