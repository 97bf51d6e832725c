import { expect, test } from 'vitest'
import { commitUpload, declareChunks, resumeUpload } from '../../server/handlers/uploads.ts'
import { checkDirectory } from '../../storage/index/check-directory.ts'
import { bytesOf, newId, putChunk, spoilChunks, temporaryDirectory } from '../storage/open-temporary.ts'
import { callIn, openRig, refOf } from './transfers-rig.ts'

const parts = ['one', 'two'].map(bytesOf)

/** An upload of two stored chunks that is not committed; the hub does not know yet that both are damaged. */
const damagedUpload = async () => {
  const directory = temporaryDirectory()
  const rig = await openRig({}, undefined, directory)
  const { storage, ada, root } = rig
  const id = newId()
  const actor = { user: ada, requestId: null }
  await storage.uploads.open(actor, { id, folder: root, name: 'n', size: 6, modifiedAt: 0, onClash: 'fail' })
  await storage.uploads.declare(actor, id, 0, parts.map(refOf))
  for (const [index, bytes] of parts.entries()) await putChunk(storage, id, index, bytes)
  spoilChunks(directory)
  return { rig, id, directory }
}

const find = async ({ storage }: Awaited<ReturnType<typeof damagedUpload>>['rig'], bytes: Uint8Array) =>
  expect(storage.chunks.get(refOf(bytes).hash)).rejects.toMatchObject({ reason: 'chunk_damaged' })

test('an unfinished upload lacks chunks that were found damaged, until they are sent again', async () => {
  const { rig, id, directory } = await damagedUpload()
  expect(await rig.storage.chunks.damagedCount()).toBe(0)
  await find(rig, bytesOf('two'))
  expect(await rig.storage.chunks.damagedCount()).toBe(1)
  const at = rig.connect()
  const resumed = await callIn(rig, at, 'upload.resume', resumeUpload, { upload: id, stream: 1, from: 0 })
  expect(resumed.upload.storedBytes).toBe(3)
  expect(resumed.chunks.map(({ stored }) => stored)).toEqual([true, false])
  const chunks = parts.map(refOf)
  const declared = callIn(rig, at, 'upload.declare', declareChunks, { upload: id, from: 0, chunks })
  expect(await declared).toEqual({ missing: [1] })
  const commit = () => rig.storage.uploads.commit({ user: rig.ada, requestId: null }, id, 'text/plain')
  await expect(commit()).rejects.toMatchObject({ reason: 'incomplete', details: { missing: [1] } })
  expect(await checkDirectory(directory)).toEqual([])
  await putChunk(rig.storage, id, 1, bytesOf('two'))
  expect(await rig.storage.chunks.damagedCount()).toBe(0)
  expect((await commit()).entry.size).toBe(6)
  expect(await checkDirectory(directory)).toEqual([])
})

test('a commit that is the first to read a damaged chunk says that it is missing', async () => {
  const { rig, id } = await damagedUpload()
  await expect(commitUpload(rig.context(rig.connect()), { upload: id })).rejects.toMatchObject({
    reason: 'incomplete',
    details: { missing: [0] },
  })
})
