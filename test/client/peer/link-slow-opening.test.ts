import { expect, test } from 'vitest'
import { createLink } from '../../../client/core/peer/link/link.ts'
import { createSealer } from '../../../client/core/peer/link/sealer.ts'
import { someBytes } from '../memory-source.ts'
import { somePairKeys } from './link-pair.ts'
import { memoryCarriers } from './memory-carriers.ts'

const openMs = 100

test('frames that take long to open are acknowledged all the same, without anything to send back', async () => {
  const keys = somePairKeys()
  const sealer = await createSealer(keys.receiver)
  const a = createLink(await createSealer(keys.sender))
  const b = createLink({
    ...sealer,
    async open(number, sealed) {
      await new Promise(resolve => setTimeout(resolve, openMs))
      return sealer.open(number, sealed)
    },
  })
  const [x, y] = memoryCarriers('relayed')
  a.addCarrier(x)
  b.addCarrier(y)
  const messages = 500
  let arrived = 0
  const all = new Promise<void>(resolve => b.onMessage(() => ++arrived === messages && resolve()))
  const begun = performance.now()
  for (let i = 0; i < messages; i++) await a.send(someBytes(60 * 1024))
  await all
  // What may be on its way at once is opened together: 30 MB in four rounds.
  expect(performance.now() - begun).toBeLessThan(5000)
  a.abandon()
  b.abandon()
})
