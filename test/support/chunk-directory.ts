import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type DiskChunksOptions, diskChunks } from '../../storage/chunks/disk-chunks.ts'
import { type DataKeys, openKeys } from '../../storage/chunks/keys.ts'
import { memoryChunkIndex } from '../../storage/chunks/memory-chunk-index.ts'

/** A data directory with keys that goes away with the test. */
export const temporaryData = async (): Promise<{ data: string; chunks: string; keys: DataKeys }> => {
  const data = mkdtempSync(join(tmpdir(), 'wherry-chunks-'))
  onTestFinished(() => rmSync(data, { recursive: true, force: true }))
  const { keys } = await openKeys({ directory: data, masterKey: null })
  return { data, chunks: join(data, 'chunks'), keys }
}

/** A disk store in a directory of its own, with its index at hand. */
export const temporaryDiskChunks = async (options: Partial<DiskChunksOptions> = {}) => {
  const { chunks: directory, keys } = await temporaryData()
  const index = memoryChunkIndex()
  const store = await diskChunks({ directory, index, keys, ...options })
  onTestFinished(() => store.close())
  return { store, index, directory, keys }
}

/** A log whose lines are gathered, each behind its level. */
export const logInto = (said: string[]) => ({
  info: (message: string) => said.push(`info: ${message}`),
  warn: (message: string) => said.push(`warn: ${message}`),
  error: (message: string) => said.push(`error: ${message}`),
})

export const segmentFiles = (directory: string): string[] =>
  readdirSync(directory)
    .filter(name => name.endsWith('.seg'))
    .map(name => join(directory, name))
