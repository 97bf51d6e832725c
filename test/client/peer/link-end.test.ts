import { expect, test } from 'vitest'
import { linkPair } from './link-pair.ts'
import { memoryCarriers } from './memory-carriers.ts'

test('a link whose only way is lost right behind the last acknowledgement ends at once', async () => {
  const [sender, receiver] = await linkPair()
  const onWay = (message: Uint8Array<ArrayBuffer>) =>
    new Promise<Uint8Array<ArrayBuffer>[]>(resolve => setTimeout(resolve, 5, [message]))
  const ways = memoryCarriers('relayed', { onWay })
  sender.addCarrier(ways[0])
  receiver.addCarrier(ways[1])
  await sender.send(new Uint8Array(10))
  let hasEnded = false
  receiver.onClose(() => {
    hasEnded = true
  })
  // Behind the link's own listener, which is still opening the message then.
  ways[0].onMessage(() => hasEnded && ways.cut())
  const began = performance.now()
  await sender.close()
  expect(hasEnded).toBe(true)
  expect(performance.now() - began).toBeLessThan(1000)
})
