import { createHash } from 'node:crypto'
import type { ConnectionState, TransferLink } from '../../client/core/api.ts'
import { contentDigest, subtleSha256 } from '../../client/core/hashing.ts'
import { createListeners } from '../../client/core/listeners.ts'
import { isReason, WherryError } from '../../protocol/errors.ts'
import { decodeSlices } from '../../protocol/frames.ts'
import type { CallName, EventName, EventParams, ParamsInput, Result } from '../../protocol/table.ts'
import type { ChunkRef, Entry } from '../../protocol/values.ts'

type FakeUpload = {
  folder: string
  name: string
  size: number
  onClash: string
  chunks: ChunkRef[]
  stored: Set<number>
}
type Stored = Entry & { content: Uint8Array; chunks: readonly ChunkRef[] }
type Assembly = { bytes: Uint8Array; received: number }
type SmallFiles = {
  files: ParamsInput<'upload.putMany'>['files']
  left: number
  bad: Set<number>
  done(): void
}

export const fakeId = (text: string): string =>
  createHash('sha256').update(text).digest('base64url').slice(0, 22)
export const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

export const smallChunking = {
  seed: '00112233445566778899aabbccddeeff',
  minBytes: 2048,
  averageBytes: 8192,
  maxBytes: 32768,
}

/** A hub in memory behind a link that can be cut at every message: for faults that a real hub cannot be asked for. */
/** `isOld`: from before small files came with the answer to download.open. */
export const createFakeHub = ({ windowBytes = 256 * 1024, chunking = smallChunking, isOld = false } = {}) => {
  const states = createListeners<ConnectionState>()
  const events = new Map<EventName, Set<(params: never) => void>>()
  const known = new Map<string, Uint8Array>()
  const uploads = new Map<string, FakeUpload>()
  const entries = new Map<string, Stored>()
  const pendingCalls = new Set<(error: Error) => void>()
  let streams = new Map<number, string>()
  let many = new Map<number, SmallFiles>()
  type Opened = { stream: number; entry: Stored }
  let downloads = new Map<string, Opened>()
  const sliceListeners = new Map<number, Parameters<TransferLink['onSlice']>[1]>()
  let assemblies = new Map<string, Assembly>()
  let state: ConnectionState = 'live'
  let epoch = 1
  let credit = 0
  let target = 0
  let nextStream = 0
  let messages = 0
  let cutAt = Number.POSITIVE_INFINITY
  let seq = 0
  const counted = {
    servedBytes: 0,
    sentBytes: 0,
    calls: new Map<string, number>(),
    overruns: 0,
    maxUnacknowledged: 0,
  }
  const corrupt = new Set<string>()
  const folders = new Set<string>()
  let commitsHeld: Promise<void> | null = null
  let milestone = { bytes: Number.POSITIVE_INFINITY, reached: () => {} }

  const setState = (next: ConnectionState) => {
    state = next
    states.emit(next)
  }
  const cut = () => {
    if (state !== 'live') return
    streams = new Map()
    many = new Map()
    downloads = new Map()
    assemblies = new Map()
    credit = 0
    target = 0
    for (const fail of [...pendingCalls]) fail(new WherryError('disconnected'))
    setState('reconnecting')
    setTimeout(() => {
      epoch++
      setState('live')
    }, 0)
  }
  /** Every message in either direction passes here; false: the connection broke before it. */
  const passes = (): boolean => {
    if (state !== 'live') return false
    if (messages++ !== cutAt) return true
    cut()
    return false
  }
  const emit = <N extends EventName>(name: N, params: EventParams<N>) => {
    const at = epoch
    queueMicrotask(() => {
      if (at !== epoch || !passes()) return
      for (const listener of events.get(name) ?? []) listener(params as never)
    })
  }
  const giveBack = (bytes: number): number => {
    if (target === 0) return 0
    credit += bytes
    return bytes
  }
  const entryOf = (folder: string, name: string): Stored | undefined =>
    [...entries.values()].find(entry => entry.folder === folder && entry.name === name)
  const freeName = (folder: string, name: string): string => {
    for (let n = 2; ; n++) if (!entryOf(folder, `${name} (${n})`)) return `${name} (${n})`
  }
  const put = async (
    folder: string,
    name: string,
    chunks: readonly ChunkRef[],
    onClash: string,
  ): Promise<{ entry: Entry; unchanged: boolean }> => {
    const digest = await contentDigest(chunks, subtleSha256)
    const there = entryOf(folder, name)
    if (there?.digest === digest && onClash !== 'keepBoth') return { entry: plain(there), unchanged: true }
    if (there && onClash === 'fail') throw new WherryError('name_taken', undefined, { entry: plain(there) })
    const finalName = there && onClash === 'keepBoth' ? freeName(folder, name) : name
    const content = new Uint8Array(
      Buffer.concat(chunks.map(chunk => known.get(chunk.hash) ?? new Uint8Array())),
    )
    const entry: Stored = {
      id: there && onClash === 'replace' ? there.id : fakeId(`${folder}/${finalName}`),
      space: fakeId('space'),
      folder,
      kind: 'file',
      name: finalName,
      size: content.length,
      type: 'application/octet-stream',
      digest,
      version: fakeId(`version ${++seq}`),
      modifiedAt: 0,
      createdAt: 0,
      by: null,
      seq,
      content,
      chunks,
    }
    entries.set(entry.id, entry)
    return { entry: plain(entry), unchanged: false }
  }
  const plain = ({ content: _, chunks: __, ...entry }: Stored): Entry => entry
  const missingOf = (upload: FakeUpload): number[] =>
    upload.chunks.flatMap((_, index) => (upload.stored.has(index) ? [] : [index]))
  const need = (id: string): FakeUpload => {
    const upload = uploads.get(id)
    if (!upload) throw new WherryError('not_found')
    return upload
  }

  const handlers: Record<string, (params: never) => unknown> = {
    'upload.credit': ({ bytes }: ParamsInput<'upload.credit'>) => {
      if (bytes === 0) {
        credit = 0
        target = 0
        return { credit: 0 }
      }
      target = windowBytes
      credit += Math.min(bytes, windowBytes)
      return { credit: Math.min(bytes, windowBytes) }
    },
    'upload.open': (p: ParamsInput<'upload.open'>) => {
      if (p.onClash === 'fail' && !uploads.has(p.upload)) {
        const there = entryOf(p.folder, p.name)
        if (there) throw new WherryError('name_taken', undefined, { entry: plain(there) })
      }
      streams.set(p.stream, p.upload)
      if (!uploads.has(p.upload)) uploads.set(p.upload, { ...p, chunks: [], stored: new Set() })
      return { expiresAt: 0 }
    },
    'upload.declare': ({ upload: id, from, chunks }: ParamsInput<'upload.declare'>) => {
      const upload = need(id)
      if (from > upload.chunks.length) throw new WherryError('conflict', 'a hole')
      const missing: number[] = []
      for (const [i, chunk] of chunks.entries()) {
        const there = upload.chunks[from + i]
        if (there && there.hash !== chunk.hash) throw new WherryError('conflict', 'declared otherwise')
        upload.chunks[from + i] = { ...chunk }
        if (known.has(chunk.hash)) upload.stored.add(from + i)
        if (!upload.stored.has(from + i)) missing.push(from + i)
      }
      return { missing }
    },
    'upload.resume': ({ upload: id, stream, from = 0 }: ParamsInput<'upload.resume'>) => {
      const upload = need(id)
      streams.set(stream, id)
      const pageEnd = from + 5
      const chunks = upload.chunks
        .slice(from, pageEnd)
        .map((chunk, i) => ({ ...chunk, stored: upload.stored.has(from + i) }))
      const declaredBytes = upload.chunks.reduce((sum, chunk) => sum + chunk.size, 0)
      return {
        upload: { ...upload, declaredBytes },
        chunks,
        next: pageEnd < upload.chunks.length ? pageEnd : null,
      }
    },
    'upload.begun': () => ({ chunks: [] }),
    'upload.commit': async ({ upload: id }: ParamsInput<'upload.commit'>) => {
      await commitsHeld
      const upload = need(id)
      const missing = missingOf(upload)
      const size = upload.chunks.reduce((sum, chunk) => sum + chunk.size, 0)
      if (missing.length > 0 || size !== upload.size)
        throw new WherryError('incomplete', undefined, { missing })
      return put(upload.folder, upload.name, upload.chunks, upload.onClash)
    },
    'upload.cancel': ({ upload }: ParamsInput<'upload.cancel'>) => {
      uploads.delete(upload)
      return {}
    },
    'upload.findMany': async ({ folder, files }: ParamsInput<'upload.findMany'>) => {
      const found = files.map(async ({ name, hash, size }) => {
        const digest = await contentDigest(size > 0 ? [{ hash, size }] : [], subtleSha256)
        const there = entryOf(folder, name)
        return there?.digest === digest ? plain(there) : null
      })
      const total = [...entries.values()].filter(entry => entry.folder === folder).length
      return { entries: await Promise.all(found), total }
    },
    'upload.putMany': async ({ folder, stream, files }: ParamsInput<'upload.putMany'>) => {
      const left = files.filter(file => file.size > 0).length
      const bad = new Set<number>()
      if (left > 0) await new Promise<void>(done => many.set(stream, { files, left, bad, done }))
      known.set(sha256Of(new Uint8Array()), new Uint8Array())
      const results = []
      for (const [index, file] of files.entries()) {
        try {
          if (bad.has(index)) throw new WherryError('chunk_mismatch')
          const chunks = file.size > 0 ? [{ hash: file.hash, size: file.size }] : []
          results.push({ ok: true, ...(await put(folder, file.name, chunks, file.onClash)) })
        } catch (error) {
          if (!isReason(error)) throw error
          results.push({ ok: false, reason: error.reason, message: error.message })
        }
      }
      return { results }
    },
    'folder.create': ({ folder, name }: ParamsInput<'folder.create'>) => {
      const entry = plain(folderEntry(folder, name))
      const created = !folders.has(entry.id)
      folders.add(entry.id)
      return { entry, created }
    },
    'entry.get': ({ entry }: ParamsInput<'entry.get'>) => ({
      entry: folderEntry(null, entry),
      level: 'write',
      space: { id: fakeId('space'), root: entry },
      path: [],
    }),
    'entry.resolve': ({ path }: ParamsInput<'entry.resolve'>) => {
      const name = path[path.length - 1]
      const found = [...entries.values()].find(entry => entry.name === name)
      if (!found) throw new WherryError('not_found')
      return { entry: plain(found), level: 'write' }
    },
  }
  const folderEntry = (folder: string | null, name: string) => ({
    ...({ space: fakeId('space'), kind: 'folder', size: 0, type: null, digest: null } as const),
    ...{
      version: null,
      modifiedAt: 0,
      createdAt: 0,
      by: null,
      seq: 0,
      content: new Uint8Array(),
      chunks: [],
    },
    id: folder === null ? name : fakeId(`${folder}/${name}`),
    folder,
    name,
  })

  const openDownload = (id: string) => {
    const found = downloads.get(id)
    if (!found) throw new WherryError('not_found')
    return found
  }
  type Reading = { from: number; count: number; offset: number }
  /** False if the connection broke meanwhile. */
  const serve = async ({ stream, entry }: Opened, { from, count, offset: start }: Reading) => {
    const at = epoch
    for (let index = from; index < from + count; index++) {
      const ref = entry.chunks[index]
      const bytes = new Uint8Array(known.get(ref?.hash ?? '') ?? [])
      if (ref && corrupt.delete(ref.hash)) bytes[0] = (bytes[0] ?? 0) ^ 1
      for (let offset = index === from ? start : 0; offset < bytes.length; offset += 5000) {
        await null
        if (at !== epoch || !passes()) return false
        const piece = bytes.slice(offset, offset + 5000)
        counted.servedBytes += piece.length
        const last = offset + 5000 >= bytes.length
        sliceListeners.get(stream)?.({ index, offset, last, bytes: piece })
      }
    }
    return true
  }
  const downloadHandlers: typeof handlers = {
    'download.open': async (params: ParamsInput<'download.open'>) => {
      const { download, stream, entry: id, version, sendUpTo } = params
      if (isOld && sendUpTo !== undefined) throw new WherryError('invalid_params')
      const entry = entries.get(id)
      if (!entry) throw new WherryError('not_found')
      if (version && version !== entry.version) throw new WherryError('version_gone')
      const { size, digest, modifiedAt, name, type, chunks: refs } = entry
      const chunks = refs.length
      const info = { version: entry.version, name, type, size, digest, modifiedAt, chunks }
      if (sendUpTo !== undefined && size <= sendUpTo) {
        await serve({ stream, entry }, { from: 0, count: chunks, offset: 0 })
        return { ...info, refs }
      }
      downloads.set(download, { stream, entry })
      return info
    },
    'download.chunks': ({ download, from }: ParamsInput<'download.chunks'>) => {
      const { chunks } = openDownload(download).entry
      return { chunks: chunks.slice(from, from + 7), next: from + 7 < chunks.length ? from + 7 : null }
    },
    'download.read': async ({ download, from, count, offset: start = 0 }: ParamsInput<'download.read'>) => {
      await serve(openDownload(download), { from, count, offset: start })
      return { sentBytes: 0 }
    },
    'download.close': ({ download }: ParamsInput<'download.close'>) => {
      downloads.delete(download)
      return {}
    },
  }

  const takeSlice = (slice: ReturnType<typeof decodeSlices> extends Generator<infer S> ? S : never) => {
    counted.sentBytes += slice.bytes.length
    if (counted.sentBytes >= milestone.bytes) milestone.reached()
    credit -= slice.bytes.length
    if (credit < 0) counted.overruns++
    counted.maxUnacknowledged = Math.max(counted.maxUnacknowledged, target - credit)
    const key = `${slice.stream}/${slice.index}`
    const small = many.get(slice.stream)
    if (small) return takeSmall(small, slice.index, slice.bytes)
    const id = streams.get(slice.stream)
    const upload = id === undefined ? undefined : uploads.get(id)
    const ref = upload?.chunks[slice.index]
    if (!upload || !ref) throw new Error('slices of a chunk that was not declared')
    const assembly = assemblies.get(key) ?? { bytes: new Uint8Array(ref.size), received: 0 }
    if (assembly.received !== slice.offset) throw new Error('a slice out of order')
    assembly.bytes.set(slice.bytes, slice.offset)
    assembly.received += slice.bytes.length
    assemblies.set(key, assembly)
    if (!slice.last) return
    assemblies.delete(key)
    const isWrong = corrupt.delete(ref.hash) || sha256Of(assembly.bytes) !== ref.hash
    const event = { stream: slice.stream, credit: giveBack(assembly.received) }
    if (isWrong)
      return emit('upload.refused', { ...event, chunk: slice.index, reason: 'chunk_mismatch', message: 'x' })
    known.set(ref.hash, assembly.bytes)
    upload.stored.add(slice.index)
    emit('upload.stored', { ...event, chunks: [slice.index] })
  }
  const takeSmall = (small: SmallFiles, index: number, bytes: Uint8Array) => {
    const hash = small.files[index]?.hash
    if (sha256Of(bytes) === hash) known.set(hash, bytes.slice())
    else small.bad.add(index)
    const back = giveBack(bytes.length)
    if (back > 0) emit('upload.credited', { credit: back })
    if (--small.left === 0) small.done()
  }

  const link: TransferLink = {
    get state() {
      return state
    },
    get epoch() {
      return epoch
    },
    hello: {
      hub: 'fake',
      version: '0',
      needsSetup: false,
      serverTime: 0,
      chunking,
      limits: { fileBytes: 2 ** 50, messageBytes: 2 ** 20 + 65536, windowBytes },
    },
    bufferedBytes: 0,
    onState: listener => states.add(listener),
    whenState: (...wanted) =>
      new Promise(resolve => {
        if (wanted.includes(state)) return resolve(state)
        const stop = states.add(now => {
          if (!wanted.includes(now)) return
          stop()
          resolve(now)
        })
      }),
    on(name, listener) {
      const set = events.get(name) ?? new Set()
      events.set(name, set.add(listener as (params: never) => void))
      return () => void set.delete(listener as (params: never) => void)
    },
    call: async <N extends CallName>(
      name: N,
      params: ParamsInput<N>,
      { retry = true, signal }: { retry?: boolean; signal?: AbortSignal } = {},
    ): Promise<Result<N>> => {
      for (;;) {
        if (signal?.aborted) throw new WherryError('cancelled')
        try {
          return await callOnce(name, params)
        } catch (error) {
          if (!isReason(error, 'disconnected') || !retry) throw error
          await link.whenState('live')
        }
      }
    },
    sendBinary(message) {
      if (!passes()) return
      for (const slice of decodeSlices(message.slice())) takeSlice(slice)
    },
    onSlice(stream, listener) {
      sliceListeners.set(stream, listener)
      return () => void sliceListeners.delete(stream)
    },
    newStream: () => ++nextStream,
  }
  const callOnce = <N extends CallName>(name: N, params: ParamsInput<N>): Promise<Result<N>> => {
    const answer = Promise.withResolvers<Result<N>>()
    const fail = (error: Error) => answer.reject(error)
    const lost = () => answer.reject(new WherryError('disconnected'))
    if (!passes()) {
      lost()
      return answer.promise
    }
    counted.calls.set(name, (counted.calls.get(name) ?? 0) + 1)
    pendingCalls.add(fail)
    const at = epoch
    const run = handlers[name] ?? downloadHandlers[name]
    // At once, as the hub makes streams known before it awaits anything: slices may follow a call.
    new Promise(resolve => resolve(run?.(structuredClone(params) as never))).then(
      result => {
        pendingCalls.delete(fail)
        if (at === epoch && passes()) answer.resolve(structuredClone(result) as Result<N>)
        else lost()
      },
      (error: Error) => {
        pendingCalls.delete(fail)
        if (at === epoch && passes()) answer.reject(error)
        else lost()
      },
    )
    return answer.promise
  }

  return {
    link,
    counted,
    uploads,
    known,
    cut,
    /** Breaks the connection before the n-th message from now, in either direction. */
    cutAtMessage(n: number) {
      cutAt = messages + n
    },
    get messages() {
      return messages
    },
    /** Answers no commit of an upload until the function that it returns is called. */
    holdCommits(): () => void {
      const held = Promise.withResolvers<void>()
      commitsHeld = held.promise
      return held.resolve
    },
    /** Knows only so many chunks of each upload, as after a restore. */
    goBackTo(count: number) {
      for (const upload of uploads.values()) {
        for (const { hash } of upload.chunks.splice(count)) known.delete(hash)
        for (const index of upload.stored) if (index >= count) upload.stored.delete(index)
      }
    },
    /** Refuses this chunk once as damaged on the way. */
    corruptOnce: (hash: string) => corrupt.add(hash),
    /** Resolves in the very turn in which so many bytes were received in all. */
    whenReceived: (bytes: number) =>
      new Promise<void>(resolve => {
        milestone = { bytes, reached: resolve }
      }),
    contentOf: (folder: string, name: string) => entryOf(folder, name)?.content,
    entries: () => [...entries.values()],
  }
}
