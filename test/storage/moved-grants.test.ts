import { join } from 'node:path'
import BetterSqlite from 'better-sqlite3'
import { expect, test } from 'vitest'
import { checkDirectory } from '../../storage/index/check-directory.ts'
import type { Commit, Storage } from '../../storage/storage.ts'
import { bytesOf, openTemporary, person, temporaryDirectory, upload, withAda } from './open-temporary.ts'

/** Bob has a level on a folder of Ada's and a space of his own; Carol has nothing. */
const withTeam = async (level: 'write' | 'delete' | 'admin') => {
  const directory = temporaryDirectory()
  const { storage, ada, actor, root } = await withAda(null, { directory })
  const bob = await storage.users.create(actor, person('Bob'))
  const carol = await storage.users.create(actor, person('Carol'))
  const [own] = await storage.spaces.visibleTo(bob.id)
  const { entry: team } = await storage.entries.createFolder(actor, root, 'team', 'fail')
  await storage.access.grant(actor, team.id, { kind: 'user', user: bob.id }, level)
  const asBob = { user: bob.id, requestId: null }
  const folder = async (parent: string, name: string) =>
    (await storage.entries.createFolder(asBob, parent, name, 'fail')).entry.id
  const toCarol = { kind: 'user' as const, user: carol.id }
  return {
    ...{ directory, storage, ada, actor, root, team, folder, asBob, toCarol },
    ...{ bob: bob.id, carol: carol.id, bobsRoot: own?.root ?? '' },
  }
}

const grantsOn = async (storage: Storage, entry: string) =>
  (await storage.access.list(entry)).filter(grant => !grant.inherited).map(grant => grant.level)

test('grants do not come along into a folder where who moves may not give them, on the entry and below it', async () => {
  const { storage, actor, team, folder, asBob, bob, toCarol, carol, bobsRoot } = await withTeam('write')
  const trap = await folder(bobsRoot, 'Contracts')
  const below = await folder(trap, 'below')
  const beside = await folder(bobsRoot, 'beside')
  const { entry: file } = await upload(storage, bob, below, 'file', [bytesOf('x')])
  await storage.access.grant(asBob, trap, { kind: 'user', user: bob }, 'admin')
  await storage.access.grant(asBob, below, { kind: 'everyone' }, 'delete')
  await storage.access.grant(asBob, file.id, toCarol, 'read')
  await storage.access.grant(asBob, beside, toCarol, 'read')
  const commits: Commit[] = []
  storage.onCommit(commit => {
    if (commit.rights) commits.push(commit)
  })
  const { droppedGrants } = await storage.entries.move(asBob, [trap], team.id, 'fail')
  expect(droppedGrants).toBe(3)
  for (const entry of [trap, below, file.id]) expect(await grantsOn(storage, entry)).toEqual([])
  expect(await storage.access.level(carol, file.id)).toBeNull()
  expect(await grantsOn(storage, beside)).toEqual(['read'])
  expect(commits).toHaveLength(1)
  const { space } = team
  const told = commits[0]?.grants.toSorted((a, b) => (a.user ?? '').localeCompare(b.user ?? ''))
  expect(told).toHaveLength(3)
  expect(told).toEqual(
    expect.arrayContaining([
      { entry: trap, space, user: bob },
      { entry: below, space, user: null },
      { entry: file.id, space, user: carol },
    ]),
  )
  await storage.access.revoke(actor, team.id, { kind: 'user', user: bob })
  expect(await storage.access.level(bob, trap)).toBeNull()
})

test('a folder that is moved away and back brings no grant that was given on the way', async () => {
  const { storage, team, folder, asBob, bob, bobsRoot } = await withTeam('delete')
  const payroll = await folder(team.id, 'Payroll')
  await storage.entries.move(asBob, [payroll], bobsRoot, 'fail')
  await storage.access.grant(asBob, payroll, { kind: 'user', user: bob }, 'admin')
  await storage.entries.move(asBob, [payroll], team.id, 'fail')
  expect(await storage.access.level(bob, payroll)).toBe('delete')
})

test('grants come along where who moves is an administrator of the folder, by a grant or as the owner', async () => {
  const { storage, actor, root, team, folder, asBob, toCarol, bobsRoot } = await withTeam('admin')
  const [a, b] = [await folder(bobsRoot, 'a'), await folder(team.id, 'b')]
  for (const entry of [a, b]) await storage.access.grant(asBob, entry, toCarol, 'write')
  const moves = [
    await storage.entries.move(asBob, [a], team.id, 'fail'),
    await storage.entries.move(asBob, [b], bobsRoot, 'fail'),
    await storage.entries.move(actor, [a], root, 'fail'),
  ]
  expect(moves.map(({ droppedGrants }) => droppedGrants)).toEqual([0, 0, 0])
  for (const entry of [a, b]) expect(await grantsOn(storage, entry)).toEqual(['write'])
})

test('a move that is repeated tells again how many grants it dropped, and one of an older hub, of none', async () => {
  const { directory, storage, team, folder, asBob, toCarol, bobsRoot } = await withTeam('write')
  const shared = await folder(bobsRoot, 'shared')
  await storage.access.grant(asBob, shared, toCarol, 'read')
  const move = (at: Storage) => at.entries.move({ ...asBob, requestId: 'move' }, [shared], team.id, 'fail')
  const moved = await move(storage)
  expect(moved).toMatchObject({ entries: [{ id: shared, folder: team.id }], droppedGrants: 1 })
  expect(await move(storage)).toEqual(moved)
  await storage.close()
  const database = new BetterSqlite(join(directory, 'index.db'))
  database.exec("update requests set answer = answer -> 'entries' where op = 'entries.move'")
  database.close()
  expect(await move(await openTemporary({ directory }))).toEqual({ ...moved, droppedGrants: 0 })
})

test('grants that came along into another space are found there, on the entry and below it', async () => {
  const { directory, storage, actor, team, folder, asBob, toCarol, carol, bobsRoot } = await withTeam('admin')
  const top = await folder(bobsRoot, 'top')
  const below = await folder(top, 'below')
  for (const entry of [top, below]) await storage.access.grant(asBob, entry, toCarol, 'read')
  await storage.entries.move(asBob, [top], team.id, 'fail')
  expect(await checkDirectory(directory)).toEqual([])
  const told: Commit['grants'][number][] = []
  storage.onCommit(({ grants }) => told.push(...grants))
  await storage.entries.remove(actor, [top])
  expect(told.map(({ entry, user }) => [entry, user]).toSorted()).toEqual(
    [top, below].map(entry => [entry, carol]).toSorted(),
  )
})

test('an entry keeps its grants when it is renamed or stays in its folder, and a copy has none', async () => {
  const { storage, actor, team, folder, asBob, toCarol, bobsRoot } = await withTeam('delete')
  const shared = await folder(team.id, 'shared')
  await storage.access.grant(actor, shared, toCarol, 'read')
  await storage.entries.rename(asBob, shared, 'other name')
  await storage.entries.move(asBob, [shared], team.id, 'fail')
  expect(await grantsOn(storage, shared)).toEqual(['read'])
  const [copy] = await storage.entries.copy(asBob, [shared], bobsRoot, 'fail')
  expect(await grantsOn(storage, copy?.id ?? '')).toEqual([])
  expect(await grantsOn(storage, shared)).toEqual(['read'])
})
