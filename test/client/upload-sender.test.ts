import { expect, test } from 'vitest'
import type { TransferLink } from '../../client/core/api.ts'
import type { Credit } from '../../client/core/upload/upload-credit.ts'
import { createSender } from '../../client/core/upload/upload-sender.ts'
import { decodeSlices } from '../../protocol/frames.ts'
import { limits } from '../../protocol/limits.ts'

test.each([
  ['tiny', 1],
  ['empty', 0],
])('%s files that are sent together fill a message up to its slices, and not beyond', async (_, size) => {
  const messages: number[][] = []
  const link: Pick<TransferLink, 'epoch' | 'bufferedBytes' | 'sendBinary'> = {
    epoch: 1,
    bufferedBytes: 0,
    sendBinary: (message, taken) => {
      messages.push([...decodeSlices(message)].map(({ index }) => index))
      taken?.()
    },
  }
  const sender = createSender(link as TransferLink, { returnedBytes: 0 } as Credit)
  const indexes = Array.from({ length: 2 * limits.messageSlices + 1 }, (_, index) => index)
  await sender.sendTogether({
    stream: 1,
    epoch: 1,
    files: indexes.map(index => ({ index, bytes: new Uint8Array(size) })),
    isWanted: () => true,
    stillWanted: () => true,
    onSent: () => {},
  })
  expect(messages.map(message => message.length)).toEqual([limits.messageSlices, limits.messageSlices, 1])
  expect(messages.flat()).toEqual(indexes)
})
