import { createHash } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import type { RememberedFile, UploadMemory } from '../core/api.ts'
import { stateDirectory } from './state-directory.ts'

const remembered = v.object({
  key: v.string(),
  size: v.number(),
  modifiedAt: v.number(),
  changedAt: v.nullable(v.number()),
  digest: v.string(),
  chunks: v.array(v.object({ hash: v.string(), size: v.number() })),
})

/** Remembers uploads in files of mode 0600, one for each uploaded file, below `directory`. */
export const fileUploadMemory = (directory = stateDirectory('uploads')): UploadMemory => {
  const fileOf = (key: string) => join(directory, `${createHash('sha256').update(key).digest('hex')}.json`)
  return {
    async get(key): Promise<RememberedFile | null> {
      const text = await readFile(fileOf(key), 'utf8').catch(() => null)
      if (text === null) return null
      try {
        const { key: ofFile, ...file } = v.parse(remembered, JSON.parse(text))
        return ofFile === key ? file : null
      } catch {
        // Damaged: as good as forgotten.
        return null
      }
    },
    async set(key, file): Promise<void> {
      await mkdir(directory, { recursive: true, mode: 0o700 })
      const temporary = `${fileOf(key)}.${process.pid}`
      await writeFile(temporary, JSON.stringify({ key, ...file }), { mode: 0o600 })
      await rename(temporary, fileOf(key))
    },
  }
}
