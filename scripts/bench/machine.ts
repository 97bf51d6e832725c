import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { cpus, loadavg, release, tmpdir, totalmem } from 'node:os'
import { promisify } from 'node:util'

export type Machine = {
  cpu: string
  cores: number
  memoryGiB: number
  disk: string
  system: string
  /** Of the machine before the run; above 1 others worked too. */
  load: number
  versions: Record<string, string>
}

const diskOf = async (path: string): Promise<string> => {
  const { stdout } = await promisify(execFile)('df', ['--output=fstype,size,source', '-h', path])
  return stdout.trimEnd().split('\n').at(-1)?.trim().replaceAll(/\s+/g, ' ') ?? ''
}

const versionOf = async (name: string): Promise<string> => {
  const { version } = JSON.parse(await readFile(`node_modules/${name}/package.json`, 'utf8')) as {
    version: string
  }
  return version
}

const measuredPackages = ['uWebSockets.js', 'ws', 'better-sqlite3', '@tus/server', 'tus-js-client']

/** What the figures were measured with. */
export const describeMachine = async (): Promise<Machine> => {
  const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string }
  const versions = await Promise.all(
    measuredPackages.map(async name => [name, await versionOf(name)] as const),
  )
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    disk: await diskOf(tmpdir()),
    system: `Linux ${release()}`,
    load: Number((loadavg()[0] ?? 0).toFixed(1)),
    versions: { wherry: version, node: process.version, ...Object.fromEntries(versions) },
  }
}
