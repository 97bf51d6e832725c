import { createHash } from 'node:crypto'
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import * as v from 'valibot'
import { time, token } from '../../protocol/values.ts'
import { whyOf } from './why-of.ts'

const kept = v.object({
  hub: v.string(),
  refresh: token,
  access: token,
  accessExpiresAt: time,
})

export type KeptSession = v.InferOutput<typeof kept>

/** The file of a hub's session: one for each origin. */
export const sessionPath = (directory: string, hub: string): string => {
  const { origin, host } = new URL(hub)
  const name = host.replace(/[^a-z0-9.-]+/gi, '_')
  const tail = createHash('sha256').update(origin).digest('hex').slice(0, 8)
  return join(directory, 'sessions', `${name}-${tail}.json`)
}

/** The directory of sessions is not to be read or written; says so to people. */
export class SessionFileError extends Error {
  constructor(directory: string, cause: Error) {
    super(`The sign-in cannot be kept in "${directory}": ${whyOf(cause)}`, { cause })
  }
}

/** The session in the file; null if there is none, or none that makes sense. */
export const readSession = async (path: string): Promise<KeptSession | null> => {
  try {
    return v.parse(kept, JSON.parse(await readFile(path, 'utf8')))
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (['ENOENT', 'ENOTDIR'].includes(code) || error instanceof SyntaxError || error instanceof v.ValiError)
      return null
    throw error
  }
}

/** Replaces the file whole, readable by its owner only. */
export const writeSession = async (path: string, session: KeptSession): Promise<void> => {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const temporary = `${path}.${process.pid}`
  const file = await open(temporary, 'w', 0o600)
  try {
    await file.chmod(0o600)
    await file.writeFile(`${JSON.stringify(session)}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(temporary, path)
}

export const removeSession = (path: string): Promise<void> => rm(path, { force: true })
