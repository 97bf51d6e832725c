import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { checkDirectory } from '../../storage/index/check-directory.ts'
import { openStorage, type StorageOptions } from '../../storage/open-storage.ts'
import { person, temporaryDirectory } from './open-temporary.ts'

const child = new URL('./crash-child.ts', import.meta.url).pathname

/** Runs the writing child until it kills itself, or until it has been writing long enough and is killed here. */
const writeUntilKilled = async (
  directory: string,
  ledger: string,
  crashAt: StorageOptions['crashAt'] | null,
): Promise<NodeJS.Signals | null> => {
  const writing = spawn(process.execPath, [child, directory, ledger, JSON.stringify(crashAt)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise<NodeJS.Signals | null>(resolve => {
    writing.on('exit', (_, signal) => resolve(signal))
  })
  if (crashAt === null) {
    const before = acknowledged(ledger).length
    while (acknowledged(ledger).length < before + 100 && writing.exitCode === null)
      await new Promise(resolve => setTimeout(resolve, 5))
    writing.kill('SIGKILL')
  }
  return ended
}

const acknowledged = (ledger: string): string[] =>
  existsSync(ledger) ? readFileSync(ledger, 'utf8').split('\n').slice(0, -1) : []

test('whatever was acknowledged survives kill -9 at each step of a commit and in between, and the lock does not stay', async () => {
  const directory = temporaryDirectory()
  const ledger = join(temporaryDirectory(), 'ledger')
  const first = await openStorage({ directory })
  const { id: ada } = await first.users.setUp(person('Ada'))
  await first.close()
  for (const crashAt of [
    { point: 'beforeCommit' as const, after: 30 },
    { point: 'committed' as const, after: 30 },
    null,
  ]) {
    expect(await writeUntilKilled(directory, ledger, crashAt)).toBe('SIGKILL')
    expect(await checkDirectory(directory)).toEqual([])
    const storage = await openStorage({ directory })
    const [space] = await storage.spaces.visibleTo(ada)
    const names = new Set<string>()
    for await (const { entry } of storage.entries.walk(space?.root ?? '')) names.add(entry.name)
    const known = acknowledged(ledger)
    expect(known.length).toBeGreaterThan(0)
    expect(known.filter(name => !names.has(name))).toEqual([])
    const changes = await storage.changes.ofSpace(space?.id ?? '', 0, 100_000)
    expect(changes.map(({ change }) => change.seq)).toEqual([...changes.keys()].map(i => i + 1))
    await storage.close()
  }
}, 60_000)
