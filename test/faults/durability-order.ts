import { basename } from 'node:path'
import type { Acknowledgement } from './acknowledgements.ts'
import type { IndexState } from './index-history.ts'
import { offsetOf, type SystemCall } from './system-calls.ts'

const wal = 'index.db-wal'
const segmentName = (segment: number): string => `${String(segment).padStart(8, '0')}.seg`

type Range = { from: number; to: number }

/** Writes and syncs of one file. A sync that failed may have lost what was written before it, for ever. */
type FileCalls = { writes: (SystemCall & Range)[]; syncs: SystemCall[] }

/** Everything a hub's acknowledgements rest on: I1 and I2 of the invariants. */
export type Evidence = {
  calls: readonly SystemCall[]
  history: readonly IndexState[]
  acknowledged: readonly Acknowledgement[]
}

/** What came before what it has to come after, as sentences. */
export const disorders = ({ calls, history, acknowledged }: Evidence): string[] => {
  const files = callsByFile(calls)
  const walCalls = files.get(wal) ?? { writes: [], syncs: [] }
  const commits = commitTimes(history, walCalls)
  return [
    ...commits.flatMap((commit, i) => chunksTooEarly(commit, history[i - 1], files)),
    ...commits.flatMap((commit, i) => namesTooEarly(commit, history[i - 1], calls)),
    ...acknowledged.flatMap(ack => toldTooEarly(ack, commits)),
  ]
}

/** How many chunks became findable while the trace ran: what disorders() had to judge. */
export const chunksJudged = ({ calls, history }: Evidence): number => {
  const commits = commitTimes(history, callsByFile(calls).get(wal) ?? { writes: [], syncs: [] })
  return commits.reduce(
    (sum, { state, begun }, i) => sum + (begun === null ? 0 : newChunks(state, history[i - 1]).length),
    0,
  )
}

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

/** `begun`: of the write of its last frame, null if that was before the trace. `durable`: the end of the sync after it. */
type CommitTime = { state: IndexState; begun: number | null; durable: number }

const commitTimes = (history: readonly IndexState[], { writes, syncs }: FileCalls): CommitTime[] =>
  history.map(state => {
    const last = writes.findLast(({ from, to }) => from < state.walEnd && state.walEnd <= to)
    if (!last) return { state, begun: null, durable: -1 }
    return { state, begun: last.begun, durable: syncedAt(last, syncs) }
  })

/** The end of the first sync that covers a write, infinite if there is none. */
const syncedAt = (write: SystemCall, syncs: readonly SystemCall[]): number => {
  const sync = syncs.find(
    ({ begun, ended, result }) => begun > write.ended || (result < 0 && ended > write.begun),
  )
  return sync?.result === 0 ? sync.ended : Number.POSITIVE_INFINITY
}

const newChunks = (state: IndexState, before: IndexState | undefined) =>
  [...state.chunks].filter(([hash]) => !before?.chunks.has(hash))

/** Chunks that a commit makes findable although their bytes were not synced when its last frame was written. */
const chunksTooEarly = (
  { state, begun }: CommitTime,
  before: IndexState | undefined,
  files: Map<string, FileCalls>,
): string[] => {
  if (begun === null) return []
  return newChunks(state, before).flatMap(([hash, { segment, offset, length }]) => {
    const file = files.get(segmentName(segment)) ?? { writes: [], syncs: [] }
    const record = { from: offset, to: offset + length }
    const synced = file.writes.filter(write => syncedAt(write, file.syncs) < begun)
    return covers(synced, record) ? [] : [`chunk ${hash} was in the index before its bytes were durable`]
  })
}

/** Segments that a commit is the first to name although the directory was not synced since they were made. */
const namesTooEarly = (
  { state, begun }: CommitTime,
  before: IndexState | undefined,
  calls: readonly SystemCall[],
): string[] => {
  if (begun === null) return []
  const named = new Set(newChunks(state, before).map(([, { segment }]) => segmentName(segment)))
  return [...named].flatMap(name => {
    const made = calls.find(
      call =>
        call.name === 'openat' && call.arguments.includes(`${name}"`) && call.arguments.includes('O_CREAT'),
    )
    if (!made) return [`${name} was never made`]
    const directory = calls.filter(call => call.name === 'fsync' && basename(call.path) === 'chunks')
    return syncedAt(made, directory) < begun ? [] : [`${name} was in the index before its name was durable`]
  })
}

const covers = (parts: readonly Range[], { from, to }: Range): boolean => {
  let reached = from
  for (const part of [...parts].sort((a, b) => a.from - b.from))
    if (part.from <= reached) reached = Math.max(reached, part.to)
  return reached >= to
}

/** An acknowledgement that left before the first commit with what it promises was synced. */
const toldTooEarly = (ack: Acknowledgement, commits: readonly CommitTime[]): string[] => {
  const commit = commits.find(({ state }) => ack.holds(state))
  if (commit && commit.durable < ack.begun) return []
  return [`${ack.says}: told ${commit ? 'before its commit was synced' : 'without a commit'}`]
}
