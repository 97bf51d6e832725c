import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import * as v from 'valibot'
import { tryFileLock } from '../file-lock.ts'

/** What one run keeps for the next in a file of mode 0600, which it has for itself until release(). */
export type KeptFile<T> = {
  readonly value: T | null
  write(value: T): Promise<void>
  remove(): Promise<void>
  release(): Promise<void>
}

/** The value in the file; null if there is none, or none that makes sense. */
export const readKept = async <T>(path: string, schema: v.GenericSchema<unknown, T>): Promise<T | null> => {
  const text = await readFile(path, 'utf8').catch(() => null)
  if (text === null) return null
  try {
    return v.parse(schema, JSON.parse(text))
  } catch {
    return null
  }
}

/** Null while another process has it. */
export const openKept = async <T>(
  path: string,
  schema: v.GenericSchema<unknown, T>,
): Promise<KeptFile<T> | null> => {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const unlock = await tryFileLock(`${path}.lock`)
  if (!unlock) return null
  const value = await readKept(path, schema)
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const done = last.then(work)
    last = done.catch(() => {})
    return done
  }
  return {
    value,
    write: next =>
      inTurn(async () => {
        const temporary = `${path}.${process.pid}`
        const file = await open(temporary, 'w', 0o600)
        try {
          await file.writeFile(`${JSON.stringify(next)}\n`)
          await file.sync()
        } finally {
          await file.close()
        }
        await rename(temporary, path)
      }),
    remove: () => inTurn(() => rm(path, { force: true })),
    release: () => inTurn(unlock),
  }
}
