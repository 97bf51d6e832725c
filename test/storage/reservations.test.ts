import { expect, test } from 'vitest'
import { checkDirectory } from '../../storage/index/check-directory.ts'
import { checkIndex } from '../../storage/index/check-index.ts'
import type { Actor, Storage } from '../../storage/storage.ts'
import { openIndexOfAda } from './index-of-ada.ts'
import {
  bytesOf,
  newId,
  openTemporary,
  person,
  putChunk,
  sha256,
  temporaryDirectory,
  upload,
  withAda,
} from './open-temporary.ts'

const bytes = bytesOf('12345678')
const ref = { hash: sha256(bytes), size: bytes.length }
const noRoom = { reason: 'quota_exceeded' }
const everyone = { kind: 'everyone' } as const

/** Bob may write into a folder of Ada's and has an upload there that fills her quota of ten bytes: all of it is stored. */
const withUpload = async () => {
  const directory = temporaryDirectory()
  const { storage, ada, actor, root, space } = await withAda(10, { directory })
  const { id: bob } = await storage.users.create(actor, person('Bob'))
  const { entry: above } = await storage.entries.createFolder(actor, root, 'above', 'fail')
  const { entry: folder } = await storage.entries.createFolder(actor, above.id, 'folder', 'fail')
  const subject = { kind: 'user' as const, user: bob }
  await storage.access.grant(actor, above.id, subject, 'write')
  const asBob = { user: bob, requestId: null }
  const opening = { id: newId(), folder: folder.id, name: 'bobs', size: 8, modifiedAt: 0 }
  const open = () => storage.uploads.open(asBob, { ...opening, onClash: 'fail' })
  await open()
  await storage.uploads.declare(asBob, opening.id, 0, [ref])
  await putChunk(storage, opening.id, 0, bytes)
  const reserved = async () => (await storage.spaces.get(space))?.reservedBytes
  expect(await reserved()).toBe(8)
  return {
    ...{ directory, storage, ada, actor, root, above: above.id, folder: folder.id, subject, asBob },
    ...{ bob, upload: opening.id, open, reserved },
  }
}

type Lost = Awaited<ReturnType<typeof withUpload>>

const lower = ({ storage, actor, above, subject }: Lost) =>
  storage.access.grant(actor, above, subject, 'read')

/** The ways to lose the right, each with how it comes back. */
const ways: [string, (lost: Lost) => Promise<unknown>, (lost: Lost) => Promise<unknown>][] = [
  [
    'revoked',
    ({ storage, actor, above, subject }) => storage.access.revoke(actor, above, subject),
    ({ storage, actor, folder }) => storage.access.grant(actor, folder, everyone, 'write'),
  ],
  [
    'lowered',
    lower,
    ({ storage, actor, above, subject }) => storage.access.grant(actor, above, subject, 'delete'),
  ],
  [
    'moved away from',
    ({ storage, actor, root, folder }) => storage.entries.move(actor, [folder], root, 'fail'),
    ({ storage, actor, above, folder }) => storage.entries.move(actor, [folder], above, 'fail'),
  ],
  [
    'disabled with its user',
    ({ storage, actor, bob }) => storage.users.setDisabled(actor, bob, true),
    ({ storage, actor, bob }) => storage.users.setDisabled(actor, bob, false),
  ],
]

test.each(ways)(
  'a reservation is given back when the right is %s, and taken again with it',
  async (...way) => {
    const [, lose, regain] = way
    const lost = await withUpload()
    const { storage, actor, root, asBob, reserved, directory } = lost
    await lose(lost)
    const fills = {
      id: newId(),
      folder: root,
      name: 'adas',
      size: 10,
      modifiedAt: 0,
      onClash: 'fail',
    } as const
    await storage.uploads.open(actor, fills)
    expect(await checkDirectory(directory)).toEqual([])
    await storage.uploads.cancel(actor, fills.id)
    await regain(lost)
    expect(await storage.uploads.resume(asBob, lost.upload)).toMatchObject({ storedBytes: 8 })
    expect(await reserved()).toBe(8)
    await storage.uploads.commit(asBob, lost.upload, 'text/plain')
    expect(await reserved()).toBe(0)
    expect(await checkDirectory(directory)).toEqual([])
  },
)

/** The calls with which an upload may go on. */
const roads: [string, (lost: Lost) => Promise<unknown>][] = [
  ['opened', ({ open }) => open()],
  ['resumed', ({ storage, asBob, upload }) => storage.uploads.resume(asBob, upload)],
  ['declared', ({ storage, asBob, upload }) => storage.uploads.declare(asBob, upload, 0, [ref])],
  ['committed', ({ storage, asBob, upload }) => storage.uploads.commit(asBob, upload, 'text/plain')],
]

test.each(roads)('an upload whose room is gone is not %s, and loses nothing by that', async (_, goOn) => {
  const lost = await withUpload()
  const { storage, ada, actor, root, above, subject, bob, directory } = lost
  await lower(lost)
  const { entry } = await upload(storage, ada, root, 'adas', [bytesOf('123')])
  await storage.access.grant(actor, above, subject, 'write')
  for (let i = 0; i < 2; i++) await expect(goOn(lost)).rejects.toMatchObject(noRoom)
  expect(await storage.uploads.get(bob, lost.upload)).toMatchObject({ storedBytes: 8 })
  expect(await checkDirectory(directory)).toEqual([])
  await storage.entries.remove(actor, [entry.id])
  await goOn(lost)
  const committed = await storage.uploads.commit(lost.asBob, lost.upload, 'text/plain')
  expect(committed.entry).toMatchObject({ name: 'bobs', size: 8 })
  expect(await checkDirectory(directory)).toEqual([])
})

const spaceOf = async (storage: Storage, user: string) =>
  (await storage.spaces.visibleTo(user)).find(space => space.owner?.id === user)

test('an upload without a reservation is moved, cancelled and expires as any other', async () => {
  const lost = await withUpload()
  const { storage, actor, above, subject, folder, asBob, reserved, directory } = lost
  await lower(lost)
  await storage.access.grant(actor, above, subject, 'write')
  const more: Actor = { user: lost.ada, requestId: null }
  const second = { id: newId(), folder, name: 'second', size: 2, modifiedAt: 0, onClash: 'fail' as const }
  await storage.uploads.open(more, second)
  const { root: bobsRoot, id } = (await spaceOf(storage, lost.bob)) ?? { root: '', id: '' }
  await storage.entries.move(actor, [folder], bobsRoot, 'fail')
  expect(await reserved()).toBe(0)
  await storage.uploads.resume(asBob, lost.upload)
  expect(await storage.spaces.get(id)).toMatchObject({ reservedBytes: 8 })
  expect(await checkDirectory(directory)).toEqual([])
  await storage.uploads.cancel(more, second.id)
  expect(await storage.uploads.expire(Number.MAX_SAFE_INTEGER)).toEqual([{ id: lost.upload, user: lost.bob }])
  expect(await storage.spaces.get(id)).toMatchObject({ reservedBytes: 0 })
  expect(await checkDirectory(directory)).toEqual([])
})

test('many reservations are given back some at a time, and those of others stay', async () => {
  const { db, run, user, root, folderIn } = await openIndexOfAda()
  const bob = await run<{ id: string }>('users.create', person('Bob'))
  const folder = await folderIn(root, 'folder')
  const open = (by: string) => {
    const opening = { id: newId(), folder, name: 'n', size: 1, modifiedAt: 0, onClash: 'keepBoth' }
    return run('uploads.open', { user: by, upload: opening, keptMs: 1_000 })
  }
  for (let i = 0; i < 600; i++) await open(bob.id)
  for (let i = 0; i < 3; i++) await open(user)
  const reserved = async () =>
    (await db.selectFrom('spaces').select('reserved').where('root', '=', root).executeTakeFirst())?.reserved
  const next = await run<string>('uploads.giveBack', { after: '' })
  expect(await reserved()).toBeGreaterThanOrEqual(103)
  expect(await checkIndex(db)).toEqual([])
  expect(await run('uploads.giveBack', { after: next })).toBeNull()
  expect(await reserved()).toBe(3)
  expect(await checkIndex(db)).toEqual([])
})

test('what a hub could not give back before it stopped, the next start does', async () => {
  const directory = temporaryDirectory()
  const { storage, actor, root, space } = await withAda(10, { directory })
  const { id: bob } = await storage.users.create(actor, person('Bob'))
  const opening = { id: newId(), folder: root, name: 'n', size: 8, modifiedAt: 0, onClash: 'fail' as const }
  await storage.uploads.open({ user: bob, requestId: null }, opening)
  expect(await storage.spaces.get(space)).toMatchObject({ reservedBytes: 8 })
  await storage.close()
  const again = await openTemporary({ directory })
  await expect.poll(() => again.spaces.get(space)).toMatchObject({ reservedBytes: 0 })
  expect(await again.uploads.get(bob, opening.id)).not.toBeNull()
})
