import { basename } from 'node:path'
import type { Acknowledgement } from './acknowledgements.ts'
import type { IndexState } from './index-history.ts'
import { offsetOf, type SystemCall } from './system-calls.ts'

const wal = 'index.db-wal'
const segmentName = (segment: number): string => `${String(segment).padStart(8, '0')}.seg`

type Range = { from: number; to: number }

/** Writes and syncs of one file. A sync that failed may have lost what was written before it, for ever. */
type FileCalls = { writes: (SystemCall & Range)[]; syncs: SystemCall[] }

/** Everything a hub's acknowledgements rest on: a chunk's bytes are durable before its row, and that before it is acknowledged. */
export type Evidence = {
  calls: readonly SystemCall[]
  history: readonly IndexState[]
  acknowledged: readonly Acknowledgement[]
}

/** What came before what it has to come after, as sentences. */
export const disorders = ({ calls, history, acknowledged }: Evidence): string[] => {
  const files = callsByFile(calls)
  const commits = history.slice(1).map((state, i) => ({ state, chunks: newChunks(state, history[i]) }))
  return [
    ...commits.flatMap(commit => chunksTooEarly(commit, files)),
    ...commits.flatMap(commit => namesTooEarly(commit, calls)),
    ...acknowledged.flatMap(ack => toldTooEarly(ack, history, files.get(wal)?.syncs ?? [])),
  ]
}

/** How many chunks became findable while the trace ran: what disorders() had to judge. */
export const chunksJudged = ({ history }: Evidence): number =>
  history.slice(1).reduce((sum, state, i) => sum + newChunks(state, history[i]).length, 0)

const callsByFile = (calls: readonly SystemCall[]): Map<string, FileCalls> => {
  const files = new Map<string, FileCalls>()
  for (const call of calls) {
    const name = basename(call.path)
    const file = files.get(name) ?? { writes: [], syncs: [] }
    files.set(name, file)
    if (call.name === 'fsync' || call.name === 'fdatasync') file.syncs.push(call)
    if (call.name === 'pwrite64' && call.result > 0) {
      const from = offsetOf(call)
      file.writes.push({ ...call, from, to: from + call.result })
    }
  }
  return files
}

/** The end of the first sync that covers a write, infinite if there is none. */
const syncedAt = (write: { begun: number; ended: number }, syncs: readonly SystemCall[]): number => {
  const sync = syncs.find(
    ({ begun, ended, result }) => begun > write.ended || (result < 0 && ended > write.begun),
  )
  return sync?.result === 0 ? sync.ended : Number.POSITIVE_INFINITY
}

type Commit = { state: IndexState; chunks: ReturnType<typeof newChunks> }

const newChunks = (state: IndexState, before: IndexState | undefined) =>
  [...state.chunks].filter(([hash]) => !before?.chunks.has(hash))

/** Chunks that a commit makes findable although their bytes were not synced when its last frame was written. */
const chunksTooEarly = ({ state, chunks }: Commit, files: Map<string, FileCalls>): string[] =>
  chunks.flatMap(([hash, { segment, offset, length }]) => {
    const file = files.get(segmentName(segment)) ?? { writes: [], syncs: [] }
    const synced = file.writes.filter(write => syncedAt(write, file.syncs) < state.begun)
    const isThere = covers(synced, { from: offset, to: offset + length })
    return isThere ? [] : [`chunk ${hash} was in the index before its bytes were durable`]
  })

/** Segments that a commit names although the directory was not synced since they were made. */
const namesTooEarly = ({ state, chunks }: Commit, calls: readonly SystemCall[]): string[] => {
  const named = new Set(chunks.map(([, { segment }]) => segmentName(segment)))
  const syncs = calls.filter(call => call.name === 'fsync' && basename(call.path) === 'chunks')
  return [...named].flatMap(name => {
    const made = calls.find(call => makes(call, name))
    if (!made) return [`${name} was never made`]
    return syncedAt(made, syncs) < state.begun ? [] : [`${name} was in the index before its name was durable`]
  })
}

const makes = (call: SystemCall, name: string): boolean =>
  call.name === 'openat' &&
  call.result >= 0 &&
  call.arguments.includes(`${name}"`) &&
  call.arguments.includes('O_CREAT')

const covers = (parts: readonly Range[], { from, to }: Range): boolean => {
  let reached = from
  for (const part of [...parts].sort((a, b) => a.from - b.from))
    if (part.from <= reached) reached = Math.max(reached, part.to)
  return reached >= to
}

/** An acknowledgement that left before the first commit with what it promises was synced. */
const toldTooEarly = (
  ack: Acknowledgement,
  history: readonly IndexState[],
  syncs: readonly SystemCall[],
): string[] => {
  const commit = history.find(state => ack.holds(state))
  // The first state is older than the trace.
  if (commit && (commit === history[0] || syncedAt(commit, syncs) < ack.begun)) return []
  return [`${ack.says}: told ${commit ? 'before its commit was synced' : 'without a commit'}`]
}
