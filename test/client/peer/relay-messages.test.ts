import { describe, expect, test } from 'vitest'
import { createAssembly, messageBytes } from '../../../client/core/peer/relay-messages.ts'
import { someBytes } from '../memory-source.ts'

const refused = expect.objectContaining({ reason: 'invalid_frame' })

const reading = () => {
  const whole: Uint8Array[] = []
  return { whole, take: createAssembly(message => whole.push(message)) }
}
const slice = (offset: number, bytes: Uint8Array<ArrayBuffer>, last = false, index = 0) => ({
  ...{ stream: 1, index, offset, last, bytes },
})

describe('slices of the relay', () => {
  test('are put together to messages, each its own', () => {
    const { whole, take } = reading()
    const [first, second] = [someBytes(3000, 1), someBytes(messageBytes, 2)]
    for (const [index, message] of [first, second].entries())
      for (let at = 0; at < message.length; at += 1000)
        take(slice(at, message.slice(at, at + 1000), at + 1000 >= message.length, index))
    take(slice(0, first, true, 2))
    expect(whole).toEqual([first, second, first])
  })

  test('that are empty and not the last are refused: they would take memory without end', () => {
    const { take } = reading()
    expect(() => take(slice(0, new Uint8Array(0)))).toThrow(refused)
    const later = reading()
    later.take(slice(0, someBytes(5)))
    expect(() => later.take(slice(5, new Uint8Array(0)))).toThrow(refused)
  })

  test('are refused where one is left out, and where they are too much', () => {
    const { take } = reading()
    take(slice(0, someBytes(10)))
    expect(() => take(slice(11, someBytes(1)))).toThrow(refused)
    const large = reading()
    large.take(slice(0, someBytes(messageBytes)))
    expect(() => large.take(slice(messageBytes, someBytes(1), true))).toThrow(refused)
  })
})
