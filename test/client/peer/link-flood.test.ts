import { expect, test } from 'vitest'
import type { Carrier } from '../../../client/core/peer/api.ts'
import {
  createPlain,
  firstLoose,
  frameKinds,
  frameMemory,
  largestMessageBytes,
  packUnits,
  plainBytesFor,
  type Unit,
} from '../../../client/core/peer/link/layout.ts'
import { createLink } from '../../../client/core/peer/link/link.ts'
import { createSealer } from '../../../client/core/peer/link/sealer.ts'
import { nodeCipher } from '../../../client/node/peer/cipher.ts'
import { somePairKeys } from './link-pair.ts'
import { memoryCarriers } from './memory-carriers.ts'

const MiB = 2 ** 20

/** One that takes everything and brings nothing, as to somebody who does not read. */
const stuck = (carrier: Carrier): Carrier => {
  let bufferedBytes = 0
  return Object.create(carrier, {
    send: {
      value(message: Uint8Array) {
        bufferedBytes += message.length
      },
    },
    bufferedBytes: { get: () => bufferedBytes },
    drained: { value: () => new Promise(() => {}) },
  })
}

test('a peer that asks on and on and takes no answer does not fill the memory of the other', async () => {
  const { sender, receiver } = somePairKeys()
  const sealer = await createSealer(sender, nodeCipher)
  const link = createLink(await createSealer(receiver, nodeCipher))
  const [bad, good] = memoryCarriers('direct')
  const carrier = stuck(good)
  link.addCarrier(carrier)
  const ping = async (i: number) => {
    const plain = createPlain(frameKinds.ping, frameMemory(plainBytesFor(4)))
    plain.add(new Uint8Array(4))
    const number = firstLoose + i
    return { number, sealed: await sealer.seal(number, plain.memory, plain.length) }
  }
  const into = new Uint8Array(largestMessageBytes)
  for (let sent = 0, i = 0; sent < 2 * MiB; ) {
    const units: Unit[] = []
    for (let n = 0; n < 1000; n++) units.push(await ping(i++))
    const message = packUnits(sealer.tag, units, into)
    sent += message.length
    bad.send(message)
    if (bad.bufferedBytes >= MiB) await bad.drained()
  }
  await expect.poll(() => link.heardFrames, { timeout: 30_000 }).toBeGreaterThan(40_000)
  expect(carrier.bufferedBytes).toBeLessThan(1.5 * MiB)
  link.abandon()
})
