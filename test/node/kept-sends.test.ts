import { mkdtemp, readdir, rm, utimes } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { openKeptSend } from '../../client/node/peer/kept-sends.ts'

let home: string
let sends: string

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'wherry-sends-'))
  sends = join(home, 'wherry', 'sends')
  vi.stubEnv('XDG_CONFIG_HOME', home)
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(home, { recursive: true, force: true })
})

const known = async (): Promise<string[]> =>
  (await readdir(sends)).filter(name => name.endsWith('.json')).sort()

/** What a command kept, last written so many days ago; answers its file's name and what ends the command. */
const begun = async (command: string, days: number) => {
  const before = await known().catch((): string[] => [])
  const kept = await openKeptSend([command])
  await kept.write({ snapshot: command, transfer: null, room: null })
  const name = (await known()).find(one => !before.includes(one)) ?? ''
  const at = Date.now() / 1000 - days * 24 * 60 * 60
  await utimes(join(sends, name), at, at)
  return { name, release: kept.release }
}

test('what was sent is forgotten after a week, as on the other side, unless the command still runs', async () => {
  const young = await begun('young', 6.9)
  const running = await begun('running', 7.1)
  const old = await begun('old', 7.1)
  await young.release()
  await old.release()
  const next = await openKeptSend(['next'])
  await next.release()
  expect(await known()).toEqual([young.name, running.name].sort())
  await running.release()
  expect(await readdir(sends)).toHaveLength(2)
})
