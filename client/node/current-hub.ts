import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where the command line keeps its settings and sessions: `$XDG_CONFIG_HOME/wherry`. */
export const configDirectory = (): string =>
  join(process.env.XDG_CONFIG_HOME || join(homedir(), '.config'), 'wherry')

const currentHubFile = (): string => join(configDirectory(), 'hub')

/** The hub of the last login, or null. */
export const currentHub = async (): Promise<string | null> => {
  try {
    return (await readFile(currentHubFile(), 'utf8')).trim() || null
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

export const keepHub = async (hub: string): Promise<void> => {
  await mkdir(configDirectory(), { recursive: true, mode: 0o700 })
  const temporary = `${currentHubFile()}.${process.pid}`
  await writeFile(temporary, `${hub}\n`, { mode: 0o600 })
  await rename(temporary, currentHubFile())
}
