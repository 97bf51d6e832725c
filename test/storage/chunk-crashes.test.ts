import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, watch } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import type { ChunkStore } from '../../storage/chunks/chunk-store.ts'
import type { CrashPlan, CrashPoint } from '../../storage/chunks/crash.ts'
import { diskChunks } from '../../storage/chunks/disk-chunks.ts'
import type { DataKeys } from '../../storage/chunks/keys.ts'
import { scanSegments } from '../../storage/chunks/scan.ts'
import { logInto, temporaryData } from '../support/chunk-directory.ts'
import { fileChunkIndex } from '../support/file-chunk-index.ts'

const child = fileURLToPath(new URL('../support/chunk-storing-child.ts', import.meta.url))

const startStoring = (data: string, plan: CrashPlan | null): ChildProcess =>
  spawn(
    process.execPath,
    [
      '--experimental-strip-types',
      '--disable-warning=ExperimentalWarning',
      child,
      data,
      JSON.stringify(plan),
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )

const acknowledged = (data: string): string[] => {
  const path = join(data, 'ledger')
  if (!existsSync(path)) return []
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter(line => / \d+$/.test(line))
    .map(line => line.slice(0, 64))
}

/** A rebuild of the index would find them too, among half writes and blocks that are not full. */
const allFoundByScan = async (directory: string, keys: DataKeys, ids: readonly string[]): Promise<void> => {
  const found = new Set<string>()
  for await (const row of scanSegments(directory, keys)) found.add(row.id)
  expect(ids.filter(id => !found.has(id))).toEqual([])
}

const allServed = async (store: ChunkStore, ids: readonly string[]): Promise<void> => {
  for (const id of ids) (await store.get(id)).release()
}

/** Opens what the dead process left: all that was acknowledged is there, and nothing was found damaged. */
const checkAfterCrash = async (data: string, keys: DataKeys): Promise<number> => {
  const ids = acknowledged(data)
  await allFoundByScan(join(data, 'chunks'), keys, ids)
  const said: string[] = []
  const store = await diskChunks({
    directory: join(data, 'chunks'),
    index: await fileChunkIndex(join(data, 'rows')),
    keys,
    log: logInto(said),
  })
  try {
    expect(said).toEqual([
      expect.stringMatching(/^info: After an unclean stop \d+ chunks .* and 0 found damaged\.$/),
    ])
    await allServed(store, ids)
    return ids.length
  } finally {
    await store.close()
  }
}

const points: CrashPoint[] = ['received', 'verified', 'partial', 'appended', 'synced', 'indexed']

test.each(points.flatMap(point => [0, 7].map(after => ({ point, after }))))(
  'killed at $point after $after times, everything acknowledged is there',
  async plan => {
    const { data, keys } = await temporaryData()
    const [, signal] = await once(startStoring(data, plan), 'exit')
    expect(signal).toBe('SIGKILL')
    await checkAfterCrash(data, keys)
  },
)

/** Resolves when the ledger has grown to that many lines. */
const ledgerReaches = async (data: string, lines: number): Promise<void> => {
  const stop = new AbortController()
  const reached = new Promise<void>(resolve => {
    const look = () => acknowledged(data).length >= lines && resolve()
    watch(data, { signal: stop.signal }, look)
    look()
  })
  await reached
  stop.abort()
}

test('killed again and again at random moments, everything that was ever acknowledged is there', async () => {
  const { data, keys } = await temporaryData()
  let before = 0
  for (let round = 0; round < 6; round++) {
    const process = startStoring(data, null)
    const exited = once(process, 'exit')
    await ledgerReaches(data, before + 1 + Math.floor(Math.random() * 60))
    process.kill('SIGKILL')
    await exited
    const now = await checkAfterCrash(data, keys)
    expect(now).toBeGreaterThan(before)
    before = now
  }
})

test('after a clean stop nothing is verified at the start', async () => {
  const { data, chunks: directory, keys } = await temporaryData()
  const said: string[] = []
  const log = logInto(said)
  for (let round = 0; round < 2; round++) {
    const index = await fileChunkIndex(join(data, 'rows'))
    await (await diskChunks({ directory, index, keys, log })).close()
  }
  expect(said).toEqual([])
})
