import { hash } from 'node:crypto'
import type { TransferLink } from '../../client/core/api.ts'
import type { Entry } from '../../protocol/values.ts'
import type { IndexState } from './index-history.ts'
import type { SentMessage } from './sent-messages.ts'

/** Something the hub told a client to be safe; `holds` says whether a state of the index has it. */
export type Acknowledgement = {
  begun: number
  says: string
  holds(state: IndexState): boolean
}

/** What streams carry, by stream and chunk index, and for which upload; batches of small files belong to none. */
export type Streams = {
  link: TransferLink
  hashOf(stream: number, index: number): string
  uploadOf(stream: number): string | null
}

/** Empty files have no chunk. */
const hashOfNothing = hash('sha256', '')

type Known = { upload: string | null; hashes: string[] }

/** The same link; what its calls say about streams is remembered. */
export const rememberStreams = (link: TransferLink): Streams => {
  const streams = new Map<number, Known>()
  const uploads = new Map<string, Known>()
  const call = ((name: string, params: unknown) => {
    const { upload, stream, from, chunks, files } = params as {
      upload: string
      stream: number
      from: number
      chunks: { hash: string }[]
      files: { hash: string }[]
    }
    if (name === 'upload.open') {
      const known = { upload, hashes: [] }
      streams.set(stream, known)
      uploads.set(upload, known)
    } else if (name === 'upload.declare') {
      for (const [i, { hash }] of chunks.entries()) (uploads.get(upload)?.hashes ?? [])[from + i] = hash
    } else if (name === 'upload.putMany') {
      streams.set(stream, { upload: null, hashes: files.map(({ hash }) => hash) })
    }
    return link.call(name as never, params as never)
  }) as TransferLink['call']
  return {
    link: Object.defineProperty(Object.create(link), 'call', { value: call }) as TransferLink,
    uploadOf: stream => streams.get(stream)?.upload ?? null,
    hashOf(stream, index) {
      const hash = streams.get(stream)?.hashes[index]
      if (hash === undefined) throw new Error(`stream ${stream} has no chunk ${index}`)
      return hash
    },
  }
}

type Told = {
  method?: string
  params?: { stream: number; chunks: number[] }
  result?: { entry?: Entry; results?: { entry?: Entry }[] }
}

/** What the hub's messages promise: stored chunks, and files that are visible. */
export const acknowledgements = (sent: readonly SentMessage[], streams: Streams): Acknowledgement[] =>
  sent.flatMap(({ begun, message }) => {
    const { method, params, result } = message as Told
    if (method === 'upload.stored' && params) return [storedChunks(begun, params, streams)]
    const entries = result?.results?.flatMap(one => one.entry ?? []) ?? (result?.entry ? [result.entry] : [])
    return entries.filter(entry => entry.kind === 'file').map(entry => visibleFile(begun, entry))
  })

const storedChunks = (
  begun: number,
  { stream, chunks }: { stream: number; chunks: number[] },
  { hashOf, uploadOf }: Streams,
): Acknowledgement => {
  const hashes = chunks.map(index => hashOf(stream, index)).filter(hash => hash !== hashOfNothing)
  const upload = uploadOf(stream)
  return {
    begun,
    says: `upload.stored of stream ${stream}, chunks ${chunks}`,
    holds: state =>
      hashes.every(
        hash => state.chunks.has(hash) && (upload === null || state.stored.has(`${upload} ${hash}`)),
      ),
  }
}

const visibleFile = (begun: number, entry: Entry): Acknowledgement => ({
  begun,
  says: `the file ${entry.name}`,
  holds: state => entry.version !== null && state.versions.has(entry.version),
})
