import { expect, test } from 'vitest'
import { openUpload } from '../../server/handlers/uploads.ts'
import { roomBytes } from '../../storage/disk-room.ts'
import { newId } from '../storage/open-temporary.ts'
import { openRig } from './transfers-rig.ts'

test.each([
  ['a chunk', 'full', false],
  ['the index', 'writable', true],
] as const)(
  'new uploads are refused where %s found no room, and taken when 64 MiB are free',
  async (_what, state, isFull) => {
    const rig = await openRig()
    let freeBytes = 0
    const health = () => ({ state, problem: null, unreadable: null, allocatedBytes: 0, freeBytes })
    const storage = { ...rig.storage, chunks: { ...rig.storage.chunks, health }, isIndexFull: () => isFull }
    const context = { ...rig.context(rig.connect()), storage }
    const open = () =>
      openUpload(context, {
        upload: newId(),
        stream: 1,
        folder: rig.root,
        name: 'one',
        size: 10,
        modifiedAt: 0,
        onClash: 'keepBoth',
      })
    const refusal = { reason: 'storage_full', message: expect.stringContaining('when 64 MiB are free') }
    for (freeBytes of [0, roomBytes - 1]) await expect(open()).rejects.toMatchObject(refusal)
    freeBytes = roomBytes
    await expect(open()).resolves.toMatchObject({ expiresAt: expect.any(Number) })
  },
)
