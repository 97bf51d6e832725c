import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { emptyFiles } from '../storage/open-temporary.ts'
import { type TemporaryHub, temporaryHub } from '../support/hub.ts'
import { type RawClient, signedInClient } from '../support/raw-client.ts'

let hub: TemporaryHub
beforeAll(async () => {
  hub = await temporaryHub()
})
afterAll(() => hub.remove())

const member = { email: 'bob@example.org', name: 'Bob', password: 'another long password' }
const opened: RawClient[] = []
const open = async (who?: { email: string; password: string }) => {
  const client = await signedInClient(hub.socketUrl, who)
  opened.push(client)
  return client
}
afterAll(() => {
  for (const client of opened) client.close()
})

const makeFolder = async (client: RawClient, folder: string, name: string) =>
  (await client.call('folder.create', { folder, name, onClash: 'fail' })).entry

describe('a watched folder', () => {
  test('tells every watcher of a change, and who has it open', async () => {
    const [one, two] = [await open(), await open()]
    const folder = await makeFolder(one, one.root, 'watched by two')
    const watched = await one.call('folder.watch', { folder: folder.id })
    await two.call('folder.watch', { folder: folder.id })
    const made = await makeFolder(two, folder.id, 'new')
    for (const client of [one, two]) {
      const event = await client.event('folder.changed')
      expect(event.folder).toBe(folder.id)
      expect(event.from).toBeLessThanOrEqual(watched.seq)
      expect(event.to).toBe(made.seq)
      expect(event.changes).toEqual([{ kind: 'put', seq: made.seq, entry: made }])
    }
    const { people } = await one.event('presence.changed')
    expect(people.map(person => person.id)).toEqual([one.signedIn.user.id])
  })

  test('numbers its events without a hole, whatever happens in other folders', async () => {
    const [watcher, writer] = [await open(), await open()]
    const folder = await makeFolder(writer, writer.root, 'without holes')
    const other = await makeFolder(writer, writer.root, 'elsewhere')
    let { seq: cursor } = await watcher.call('folder.watch', { folder: folder.id })
    const seen: string[] = []
    for (let i = 0; i < 20; i++) {
      await makeFolder(writer, other.id, `noise ${i}`)
      await makeFolder(writer, folder.id, `signal ${i}`)
    }
    while (seen.length < 20) {
      const event = await watcher.event('folder.changed')
      expect(event.from).toBeLessThanOrEqual(cursor)
      cursor = event.to
      for (const change of event.changes) if (change.kind === 'put') seen.push(change.entry.name)
    }
    expect(seen).toEqual(Array.from({ length: 20 }, (_, i) => `signal ${i}`))
  })

  test('gives the changes that were missed to whoever comes back', async () => {
    const writer = await open()
    const folder = await makeFolder(writer, writer.root, 'come back')
    const { seq } = await writer.call('folder.watch', { folder: folder.id })
    await writer.call('folder.unwatch', { folder: folder.id })
    const made = await makeFolder(writer, folder.id, 'missed')
    const again = await (await open()).call('folder.watch', { folder: folder.id, since: seq })
    expect(again).toMatchObject({ reset: false, more: false, changes: [{ kind: 'put', entry: made }] })
    expect(await writer.call('folder.changes', { folder: folder.id, since: seq })).toMatchObject({
      changes: [{ seq: made.seq }],
    })
  })

  test('is told no more to a user whose right ends, who is told that instead', async () => {
    const owner = await open()
    await owner.call('user.create', { ...member, role: 'member' })
    const guest = await open(member)
    const folder = await makeFolder(owner, owner.root, 'shared')
    const subject = { kind: 'email', email: member.email } as const
    await expect(guest.call('folder.watch', { folder: folder.id })).rejects.toMatchObject({
      reason: 'not_found',
    })
    await owner.call('access.grant', { entry: folder.id, subject, level: 'read' })
    expect(await guest.event('access.changed')).toMatchObject({ entry: folder.id, level: 'read' })
    await guest.call('folder.watch', { folder: folder.id })
    await expect(makeFolder(guest, folder.id, 'mine')).rejects.toMatchObject({ reason: 'forbidden' })
    await owner.call('access.grant', { entry: folder.id, subject, level: 'write' })
    expect(await guest.event('access.changed')).toMatchObject({ entry: folder.id, level: 'write' })
    await owner.call('access.revoke', { entry: folder.id, subject })
    await makeFolder(owner, folder.id, 'secret')
    expect(await guest.event('access.changed')).toMatchObject({ entry: folder.id, level: null })
    await expect(guest.call('folder.list', { folder: folder.id })).rejects.toMatchObject({
      reason: 'not_found',
    })
    expect(guest.eventsSoFar('folder.changed')).toBe(0)
  })

  test('is not told twice to a watcher whose level changed', async () => {
    const [owner, guest] = [await open(), await open(member)]
    const folder = await makeFolder(owner, owner.root, 'told once')
    const subject = { kind: 'email', email: member.email } as const
    const levels: (string | null)[] = []
    await owner.call('access.grant', { entry: folder.id, subject, level: 'read' })
    levels.push((await guest.event('access.changed')).level)
    await guest.call('folder.watch', { folder: folder.id })
    await owner.call('access.grant', { entry: folder.id, subject, level: 'write' })
    levels.push((await guest.event('access.changed')).level)
    await owner.call('access.revoke', { entry: folder.id, subject })
    levels.push((await guest.event('access.changed')).level)
    await owner.call('access.grant', { entry: folder.id, subject: { kind: 'everyone' }, level: 'read' })
    levels.push((await guest.event('access.changed')).level)
    expect(levels).toEqual(['read', 'write', null, 'read'])
  })

  test('tells its watchers when it, or a folder above it, is renamed or moved, and only then', async () => {
    const [watcher, owner] = [await open(), await open()]
    const top = await makeFolder(owner, owner.root, 'top of a path')
    const middle = await makeFolder(owner, top.id, 'middle of a path')
    const folder = await makeFolder(owner, middle.id, 'end of a path')
    const beside = await makeFolder(owner, middle.id, 'beside it')
    await watcher.call('folder.watch', { folder: folder.id })
    const pathNow = async () => {
      expect(await watcher.event('path.changed')).toEqual({ folder: folder.id })
      const { entry, path } = await watcher.call('entry.get', { entry: folder.id })
      return [...path.map(({ name }) => name), entry.name].slice(1)
    }
    await owner.call('entry.rename', { entry: beside.id, name: 'somewhere else' })
    await owner.call('entry.rename', { entry: folder.id, name: 'end' })
    expect(await pathNow()).toEqual(['top of a path', 'middle of a path', 'end'])
    await owner.call('entry.rename', { entry: top.id, name: 'top' })
    expect(await pathNow()).toEqual(['top', 'middle of a path', 'end'])
    await makeFolder(owner, folder.id, 'in it')
    await owner.call('entry.move', { entries: [beside.id], folder: top.id, onClash: 'fail' })
    await owner.call('entry.move', { entries: [middle.id], folder: owner.root, onClash: 'fail' })
    expect(await pathNow()).toEqual(['middle of a path', 'end'])
    expect(watcher.eventsSoFar('path.changed')).toBe(0)
    await watcher.call('folder.unwatch', { folder: folder.id })
    await owner.call('entry.rename', { entry: middle.id, name: 'middle' })
    await watcher.call('space.list', {})
    expect(watcher.eventsSoFar('path.changed')).toBe(0)
  })

  test('ends for its watchers when it is deleted', async () => {
    const [watcher, owner] = [await open(), await open()]
    const folder = await makeFolder(owner, owner.root, 'to be deleted')
    await watcher.call('folder.watch', { folder: folder.id })
    await owner.call('entry.delete', { entries: [folder.id] })
    expect(await watcher.event('access.changed')).toMatchObject({ entry: folder.id, level: null })
  })

  test('ends for its watchers when a folder around it is deleted with so much that its rows go later', async () => {
    const [watcher, owner] = [await open(), await open()]
    const outer = await makeFolder(owner, owner.root, 'large')
    const inner = await makeFolder(owner, outer.id, 'inner')
    const actor = { user: owner.signedIn.user.id, requestId: null }
    await hub.hub.storage.uploads.putMany(actor, inner.id, emptyFiles(2_000))
    await watcher.call('folder.watch', { folder: inner.id })
    expect(await owner.call('entry.delete', { entries: [outer.id] })).toEqual({ removed: 2_002 })
    expect(await watcher.event('access.changed')).toMatchObject({ entry: inner.id, level: null })
    await expect(watcher.call('folder.list', { folder: inner.id })).rejects.toMatchObject({
      reason: 'not_found',
    })
  })
})

describe('a grant', () => {
  test('is told to the member on every connection, and to nobody else, without a watch', async () => {
    const [owner, one, two] = [await open(), await open(member), await open(member)]
    const { id: entry, space } = await makeFolder(owner, owner.root, 'given away')
    const subject = { kind: 'email', email: member.email } as const
    await owner.call('access.grant', { entry, subject, level: 'write' })
    for (const client of [one, two])
      expect(await client.event('access.changed')).toEqual({ space, entry, level: 'write' })
    await owner.call('access.revoke', { entry, subject })
    for (const client of [one, two])
      expect(await client.event('access.changed')).toEqual({ space, entry, level: null })
    expect(owner.eventsSoFar('access.changed')).toBe(0)
  })

  test('is told to be over when its entry is deleted, and to hold when it is moved, without a watch', async () => {
    const [owner, guest] = [await open(), await open(member)]
    const outer = await makeFolder(owner, owner.root, 'outer')
    const { id: entry, space } = await makeFolder(owner, outer.id, 'inner')
    const subject = { kind: 'email', email: member.email } as const
    await owner.call('access.grant', { entry, subject, level: 'read' })
    expect(await guest.event('access.changed')).toEqual({ space, entry, level: 'read' })
    const other = await makeFolder(owner, owner.root, 'other')
    await owner.call('entry.move', { entries: [outer.id], folder: other.id, onClash: 'fail' })
    expect(await guest.event('access.changed')).toEqual({ space, entry, level: 'read' })
    await owner.call('entry.delete', { entries: [outer.id] })
    expect(await guest.event('access.changed')).toEqual({ space, entry, level: null })
    expect(owner.eventsSoFar('access.changed')).toBe(0)
  })

  test('is over, for a live view too, when its entry is moved by one who may not give it there', async () => {
    const carol = { email: 'carol@example.org', name: 'Carol', password: 'another long password' }
    const [owner, mover] = [await open(), await open(member)]
    await owner.call('user.create', carol)
    const guest = await open(carol)
    const team = await makeFolder(owner, owner.root, 'of the team')
    const { id: entry } = await makeFolder(mover, mover.root, 'brought along')
    const to = ({ email }: { email: string }) => ({ kind: 'email', email }) as const
    await owner.call('access.grant', { entry: team.id, subject: to(member), level: 'write' })
    await mover.call('access.grant', { entry, subject: to(carol), level: 'read' })
    await guest.call('folder.watch', { folder: entry })
    await mover.call('entry.move', { entries: [entry], folder: team.id })
    await makeFolder(owner, entry, 'secret')
    const lost = await guest.event('access.changed', ({ level }) => level === null)
    expect(lost.entry).toBe(entry)
    await expect(guest.call('folder.list', { folder: entry })).rejects.toMatchObject({ reason: 'not_found' })
    expect(guest.eventsSoFar('folder.changed')).toBe(0)
  })

  test('is told again when its own entry is renamed, not when a folder around it is', async () => {
    const [owner, guest] = [await open(), await open(member)]
    const outer = await makeFolder(owner, owner.root, 'around')
    const { id: entry, space } = await makeFolder(owner, outer.id, 'old name')
    const subject = { kind: 'email', email: member.email } as const
    await owner.call('access.grant', { entry, subject, level: 'write' })
    expect(await guest.event('access.changed')).toEqual({ space, entry, level: 'write' })
    await owner.call('entry.rename', { entry: outer.id, name: 'still around' })
    await owner.call('entry.rename', { entry, name: 'new name' })
    expect(await guest.event('access.changed')).toEqual({ space, entry, level: 'write' })
    const { shared } = await guest.call('space.list', {})
    expect(shared.find(one => one.entry.id === entry)?.entry.name).toBe('new name')
    await owner.call('entry.rename', { entry, name: 'new name' })
    await owner.call('access.revoke', { entry, subject })
    expect(await guest.event('access.changed')).toEqual({ space, entry, level: null })
    expect(owner.eventsSoFar('access.changed')).toBe(0)
  })

  test('to everyone is told to all who are signed in, with the level of each', async () => {
    const [owner, guest] = [await open(), await open(member)]
    const { id: entry, space } = await makeFolder(owner, owner.root, 'for everyone')
    await owner.call('access.grant', { entry, subject: { kind: 'everyone' }, level: 'read' })
    expect(await guest.event('access.changed')).toEqual({ space, entry, level: 'read' })
    expect(await owner.event('access.changed')).toEqual({ space, entry, level: 'admin' })
  })
})

describe('who has access', () => {
  test('is told to be edited to those who administer a watched folder on the way up or below, and to nobody else', async () => {
    const accounts = ['reader', 'beside'].map(name => ({
      ...{ email: `${name}@example.org`, name, password: 'another long password' },
    }))
    const owner = await open()
    for (const account of accounts) await owner.call('user.create', account)
    const [admin, reader, other] = [await open(member), await open(accounts[0]), await open(accounts[1])]
    const folder = await makeFolder(owner, owner.root, 'administered by two')
    const inner = await makeFolder(owner, folder.id, 'inner')
    const { id: entry } = await makeFolder(owner, inner.id, 'given')
    const below = await makeFolder(owner, entry, 'below')
    const sibling = await makeFolder(owner, folder.id, 'sibling')
    const to = ({ email }: { email: string }) => ({ kind: 'email', email }) as const
    await owner.call('access.grant', { entry: folder.id, subject: to(member), level: 'admin' })
    for (const account of accounts)
      await owner.call('access.grant', { entry: folder.id, subject: to(account), level: 'delete' })
    const grantBeside = (subject: ReturnType<typeof to>) =>
      owner.call('access.grant', { entry: sibling.id, subject, level: 'admin' })
    await grantBeside(to(accounts[1] ?? member))
    for (const { id } of [folder, inner, below]) {
      await admin.call('folder.watch', { folder: id })
      await reader.call('folder.watch', { folder: id })
    }
    await other.call('folder.watch', { folder: sibling.id })
    await grantBeside(to(member))
    expect(await other.event('access.edited')).toEqual({ folder: sibling.id })
    const watched = new Set<string>()
    await owner.call('access.grant', { entry, subject: { kind: 'everyone' }, level: 'read' })
    while (watched.size < 3) watched.add((await admin.event('access.edited')).folder)
    expect(watched).toEqual(new Set([folder.id, inner.id, below.id]))
    for (const client of [reader, other]) await client.call('space.list', {})
    expect(reader.eventsSoFar('access.edited')).toBe(0)
    expect(other.eventsSoFar('access.edited')).toBe(0)
  })
})
