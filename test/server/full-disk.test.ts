import { expect, test } from 'vitest'
import { openUpload } from '../../server/handlers/uploads.ts'
import { newId } from '../storage/open-temporary.ts'
import { openRig } from './transfers-rig.ts'

test('new uploads are refused while the disk is full, and taken when it has room again', async () => {
  const rig = await openRig()
  let freeBytes = 0
  const full = { state: 'full' as const, problem: 'The disk is full.', allocatedBytes: 0 }
  const chunks = { ...rig.storage.chunks, health: () => ({ ...full, freeBytes }) }
  const context = { ...rig.context(rig.connect()), storage: { ...rig.storage, chunks } }
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
  await expect(open()).rejects.toMatchObject({ reason: 'storage_full' })
  freeBytes = 2 ** 30
  await expect(open()).resolves.toMatchObject({ expiresAt: expect.any(Number) })
})
