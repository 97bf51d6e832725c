import { expect, test } from 'vitest'
import type { TransferLink } from '../../client/core/api.ts'
import type { Credit } from '../../client/core/upload/upload-credit.ts'
import { createSender } from '../../client/core/upload/upload-sender.ts'
import { decodeSlices } from '../../protocol/frames.ts'
import { limits } from '../../protocol/limits.ts'

type SendBinary = TransferLink['sendBinary']

const senderTo = (sendBinary: SendBinary) => {
  const link: Pick<TransferLink, 'epoch' | 'bufferedBytes' | 'sendBinary'> = {
    epoch: 1,
    bufferedBytes: 0,
    sendBinary,
  }
  const credit: Pick<Credit, 'returnedBytes' | 'tryTake'> = { returnedBytes: 0, tryTake: () => true }
  return createSender(link as TransferLink, credit as Credit)
}

test.each([
  ['tiny', 1],
  ['empty', 0],
])('%s files that are sent together fill a message up to its slices, and not beyond', async (_, size) => {
  const messages: number[][] = []
  const sender = senderTo((message, taken) => {
    messages.push([...decodeSlices(message)].map(({ index }) => index))
    taken?.()
  })
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

test('what waits in a socket takes at most twice the memory of its bytes, from 32 KiB on', async () => {
  const sent: Parameters<SendBinary>[0][] = []
  const sender = senderTo(message => sent.push(message))
  for (let index = 0; index < 32; index++) {
    const content = new Uint8Array(limits.chunkMaxBytes)
    await sender.send({ stream: 1, epoch: 1, index, from: 0, content, stillWanted: () => true, onSent() {} })
  }
  const sizes = sent.map(({ length, buffer }) => ({ length, memory: buffer.byteLength }))
  expect(new Set(sizes.map(({ memory }) => memory)).size).toBeGreaterThan(2)
  expect(sizes.filter(({ length, memory }) => memory > Math.max(32 * 1024, 2 * length) + 8)).toEqual([])
  expect(new Set(sent.map(({ buffer }) => buffer)).size).toBe(sent.length)
})
