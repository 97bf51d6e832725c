import { setTimeout as after, setImmediate } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { limits } from '../../protocol/limits.ts'
import type { EventParams } from '../../protocol/table.ts'
import { createLevels } from '../../server/auth/levels.ts'
import type { Connection } from '../../server/connection.ts'
import { createBroadcaster } from '../../server/live/broadcast.ts'
import type { Commit } from '../../storage/storage.ts'
import { person } from '../storage/open-temporary.ts'
import { type TemporaryHub, temporaryHub } from '../support/hub.ts'
import { type RawClient, rawClient, signedInClient } from '../support/raw-client.ts'
import { fakeConnection, openRig } from './transfers-rig.ts'

const bob = { email: 'bob@example.org', name: 'Bob', password: 'another long password' }

const openHub = async (): Promise<{ hub: TemporaryHub; ada: Signed; guest: Signed }> => {
  const hub = await temporaryHub()
  onTestFinished(() => hub.remove())
  const ada = await signedInClient(hub.socketUrl)
  await ada.call('user.create', bob)
  const guest = await signedInClient(hub.socketUrl, bob)
  return { hub, ada, guest }
}
type Signed = Awaited<ReturnType<typeof signedInClient>>

const makeFolder = async (client: RawClient, folder: string, name: string): Promise<string> =>
  (await client.call('folder.create', { folder, name, onClash: 'fail' })).entry.id

test('a change of rights asks nothing of watches that are elsewhere', async () => {
  const { hub, ada } = await openHub()
  const [victim, ...watched] = await Promise.all(
    Array.from({ length: 5 }, (_, i) => makeFolder(ada, ada.root, `${i}`)),
  )
  for (let i = 0; i < 10; i++) {
    const client = await rawClient(hub.socketUrl)
    onTestFinished(() => client.close())
    await client.call('session.resume', { access: ada.signedIn.access })
    for (const folder of watched) await client.call('folder.watch', { folder })
  }
  const { entries } = hub.hub.storage
  const get = entries.get
  let asked = 0
  entries.get = id => {
    asked++
    return get(id)
  }
  await ada.call('entry.delete', { entries: [victim ?? ''] })
  await makeFolder(ada, ada.root, 'later')
  // An event of presence that comes just then has its folder checked first: once, not for each watch.
  expect(asked).toBeLessThanOrEqual(watched.length)
})

const grantMany = async (owner: RawClient, folder: string, count: number): Promise<void> => {
  for (let i = 0; i < count; i++) {
    const entry = await makeFolder(owner, folder, `${i}`)
    await owner.call('access.grant', { entry, subject: { kind: 'everyone' }, level: 'read' })
  }
}

test.each([
  { count: limits.accessChanges, told: limits.accessChanges },
  { count: limits.accessChanges + 1, told: 1 },
])('$count grants that move with a folder are $told events for everyone', async ({ count, told }) => {
  const { hub, ada, guest } = await openHub()
  const [from, to] = [await makeFolder(ada, ada.root, 'from'), await makeFolder(ada, ada.root, 'to')]
  const folder = await makeFolder(ada, from, 'moved')
  await grantMany(ada, folder, count)
  for (let i = 0; i < count; i++) await guest.event('access.changed')
  const other = await signedInClient(hub.socketUrl, bob)
  await ada.call('entry.move', { entries: [folder], folder: to })
  const first = await guest.event('access.changed')
  for (let i = 1; i < told; i++) await guest.event('access.changed')
  // The other one was told last: what comes for it now comes after all of that.
  await expect.poll(() => other.eventsSoFar('access.changed')).toBe(told)
  await guest.call('space.list', {})
  expect(guest.eventsSoFar('access.changed')).toBe(0)
  if (told === 1) expect(first).toEqual({ space: ada.space, entry: ada.root, level: null })
  else expect(first).toMatchObject({ space: ada.space, level: 'read' })
})

/** What a test lets fail. */
const onlyFailure = 'the disk failed'

/** A broadcaster over a real storage, whose topics reach fake connections. While `held` is set no level is answered. */
const openWatched = async () => {
  const { storage, transfers, root, space, ada, connect } = await openRig()
  const readable = new Set([ada])
  let asked = 0
  let held: Promise<void> | null = null
  let failing = 0
  const failures: unknown[] = []
  const levels = createLevels(async user => {
    asked++
    await held
    if (failing-- > 0) throw new Error(onlyFailure)
    return readable.has(user) ? 'admin' : null
  })
  const topics = new Map<string, Set<Told>>()
  const broadcaster = createBroadcaster({
    storage,
    transfers: { ...transfers, progressOf: () => [] },
    levelOf: levels.of,
    publish: (topic, message) => {
      const { method, params } = JSON.parse(message)
      for (const at of topics.get(topic) ?? []) {
        at.told.push(method)
        if (method === 'folder.changed') at.changes.push(params)
      }
    },
    failed: error => void failures.push(error),
  })
  onTestFinished(() => {
    broadcaster.stop()
    expect(failures.filter(error => (error as Error).message !== onlyFailure)).toEqual([])
  })
  type Told = Connection & { told: string[]; changes: EventParams<'folder.changed'>[] }
  const connectAs = (user: string): Told => {
    const principal = { ...connect().principal, user } as Connection['principal']
    const at: Told = Object.assign(fakeConnection(principal as never), { told: [], changes: [] })
    at.subscribe = topic => topics.set(topic, (topics.get(topic) ?? new Set()).add(at))
    at.unsubscribe = topic => topics.get(topic)?.delete(at)
    at.notify = name => at.told.push(name) > 0
    return at
  }
  const changed = (entry: string): Commit['rightsAt'] => {
    levels.forget()
    broadcaster.doubt(new Set([space]))
    return [{ entry, space }]
  }
  const make = async (name: string) =>
    (await storage.entries.createFolder({ user: ada, requestId: null }, root, name, 'fail')).entry.id
  const hold = (): (() => void) => {
    const { promise, resolve } = Promise.withResolvers<void>()
    held = promise
    return resolve
  }
  return {
    storage,
    broadcaster,
    root,
    space,
    ada,
    readable,
    connectAs,
    changed,
    make,
    hold,
    asked: () => asked,
    failures,
    failOnce: () => {
      failing = 1
    },
  }
}

/** Longer than presence and progress are held together. */
const quietMs = 600

test('whoever may not see a folder any more is told nothing of it from the commit on, however long asking takes', async () => {
  const { storage, broadcaster, space, ada, root, ...watched } = await openWatched()
  const [owner, guest] = [watched.connectAs(ada), watched.connectAs('bob')]
  watched.readable.add('bob')
  for (const at of [guest, owner]) await broadcaster.watch(at, { id: root, space }, 'admin')
  await expect.poll(() => guest.told).toEqual(['presence.changed'])
  for (const at of [guest, owner]) at.told.length = 0
  watched.readable.delete('bob')
  const release = watched.hold()
  const rechecked = broadcaster.recheck(watched.changed(root))
  await storage.entries.createFolder({ user: ada, requestId: null }, root, 'secret', 'fail')
  broadcaster.committed({ seqs: new Map([[space, await storage.spaces.seq(space)]]), movedFolders: [root] })
  broadcaster.progressed(root)
  await broadcaster.watch(watched.connectAs(ada), { id: root, space }, 'admin')
  await after(quietMs)
  expect([...owner.told, ...guest.told]).toEqual([])
  release()
  expect((await rechecked).map(({ connection }) => connection)).toEqual([guest])
  const all = ['access.edited', 'folder.changed', 'path.changed', 'presence.changed', 'transfer.progressed']
  await expect.poll(() => [...new Set(owner.told)].sort()).toEqual(all)
  expect(guest.told).toEqual(['access.changed'])
})

test('rights that change again while they are checked are checked again before anything is told', async () => {
  const { storage, broadcaster, space, ada, root, ...watched } = await openWatched()
  const [owner, guest] = [watched.connectAs(ada), watched.connectAs('bob')]
  watched.readable.add('bob')
  for (const at of [guest, owner]) await broadcaster.watch(at, { id: root, space }, 'admin')
  await expect.poll(() => guest.told).toEqual(['presence.changed'])
  const release = watched.hold()
  const first = broadcaster.recheck(watched.changed(root))
  await setImmediate()
  watched.readable.delete('bob')
  const again = watched.changed(root)
  await storage.entries.createFolder({ user: ada, requestId: null }, root, 'secret', 'fail')
  broadcaster.committed({ seqs: new Map([[space, await storage.spaces.seq(space)]]), movedFolders: [] })
  release()
  await first
  await broadcaster.recheck(again)
  await expect.poll(() => owner.told).toContain('folder.changed')
  expect(guest.told).toEqual(['presence.changed', 'access.changed'])
})

test('who watches a folder anew where it went hears of it there, while others are still told that it left', async () => {
  const { storage, broadcaster, ada, connectAs, changed, make, space } = await openWatched()
  const bob = await storage.users.create({ user: ada, requestId: null }, person('Bob'))
  const [elsewhere] = await storage.spaces.visibleTo(bob.id)
  const id = await make('moved away')
  const watchers = Array.from({ length: 3 }, () => connectAs(ada))
  for (const at of watchers) {
    await broadcaster.watch(at, { id, space }, 'admin')
    const notify = at.notify
    at.notify = (name, params) => {
      // As a client does that asks again; and longer than may be gone on with without a pause.
      setTimeout(() => void broadcaster.watch(at, { id, space: elsewhere?.id ?? '' }, 'admin'))
      for (const until = performance.now() + 10; performance.now() < until; );
      return notify(name, params)
    }
  }
  const actor = { user: ada, requestId: null }
  await storage.entries.move(actor, [id], elsewhere?.root ?? '', 'fail')
  await broadcaster.recheck(changed(id))
  for (const at of watchers) expect(at.told).toContain('access.changed')
  await after(quietMs)
  for (const at of watchers) at.told.length = 0
  await storage.entries.createFolder(actor, id, 'news', 'fail')
  const seq = await storage.spaces.seq(elsewhere?.id ?? '')
  broadcaster.committed({ seqs: new Map([[elsewhere?.id ?? '', seq]]), movedFolders: [] })
  for (const at of watchers) await expect.poll(() => at.told).toContain('folder.changed')
})

test('many watches of one user in one folder are one question', async () => {
  const { broadcaster, space, ada, root, connectAs, changed, make, asked } = await openWatched()
  const folders = [await make('one'), await make('two')]
  for (const id of [root, ...folders])
    for (let i = 0; i < 50; i++) await broadcaster.watch(connectAs(ada), { id, space }, 'admin')
  // The presence of all of them asks, too.
  await after(quietMs)
  const before = asked()
  expect(await broadcaster.recheck(changed(folders[0] ?? ''))).toEqual([])
  expect(asked() - before).toBe(1)
  expect(await broadcaster.recheck(changed(root))).toEqual([])
  expect(asked() - before).toBe(1 + 3)
})

test('others have the event loop while many watches end', async () => {
  const { storage, broadcaster, space, ada, connectAs, changed, make } = await openWatched()
  const id = await make('watched by many')
  for (let i = 0; i < 10_000; i++) await broadcaster.watch(connectAs(ada), { id, space }, 'admin')
  await storage.entries.remove({ user: ada, requestId: null }, [id])
  let turns = 0
  let isOver = false
  const rechecked = broadcaster.recheck(changed(id)).finally(() => {
    isOver = true
  })
  while (!isOver) {
    await setImmediate()
    turns++
  }
  expect(await rechecked).toHaveLength(10_000)
  expect(turns).toBeGreaterThan(1)
})

test('a check that fails once loses no event, and tells none twice', async () => {
  const { storage, broadcaster, space, ada, root, connectAs, changed, failOnce, failures } =
    await openWatched()
  const at = connectAs(ada)
  await broadcaster.watch(at, { id: root, space }, 'admin')
  await expect.poll(() => at.told).toEqual(['presence.changed'])
  failOnce()
  changed(root)
  const actor = { user: ada, requestId: null }
  await storage.entries.createFolder(actor, root, 'one', 'fail')
  broadcaster.committed({ seqs: new Map([[space, await storage.spaces.seq(space)]]), movedFolders: [] })
  await expect.poll(() => at.told).toContain('folder.changed')
  expect(failures).toHaveLength(1)
  await storage.entries.createFolder(actor, root, 'two', 'fail')
  broadcaster.committed({ seqs: new Map([[space, await storage.spaces.seq(space)]]), movedFolders: [] })
  const names = () =>
    at.changes.map(({ changes }) => changes.map(one => one.kind === 'put' && one.entry.name))
  await expect.poll(names).toEqual([['one'], ['two']])
})
