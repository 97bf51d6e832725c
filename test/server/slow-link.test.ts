import { expect, onTestFinished, test } from 'vitest'
import { createUploadQueue } from '../../client/core/upload/upload-queue.ts'
import { memorySource } from '../client/memory-source.ts'
import { temporaryHub } from '../support/hub.ts'
import { administrator } from '../support/hub-process.ts'
import { narrowLink } from '../support/narrow-link.ts'
import { signedInClient } from '../support/transfer-client.ts'

test('a connection that is slow is not taken for dead while what was sent waits in buffers of the system', async () => {
  const hub = await temporaryHub()
  onTestFinished(hub.remove)
  const link = await narrowLink(hub.port, 100_000)
  onTestFinished(link.close)
  const { client, root } = await signedInClient(`http://127.0.0.1:${link.port}`, administrator)
  onTestFinished(() => client.close())
  // Zeros are one chunk, so nothing is heard of it before it is whole.
  const source = memorySource('slow.bin', new Uint8Array(2_500_000))
  const { epoch } = client
  const queue = createUploadQueue({ link: client })
  onTestFinished(() => queue.close())
  queue.add([{ source, folder: root, path: [], name: 'slow.bin', onClash: 'fail' }])
  await queue.whenIdle()
  expect(queue.items.map(({ state }) => state)).toEqual(['done'])
  expect(client.epoch).toBe(epoch)
  expect(queue.totals.sentBytes).toBe(2_500_000)
})
