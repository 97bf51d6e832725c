import { describe, expect, test } from 'vitest'
import type { Role } from '../../../client/core/peer/api.ts'
import { sliceHeaderBytes } from '../../../protocol/frames.ts'
import type { Deeds } from '../../support/evil-hub.ts'
import { startDirectSend } from '../../support/meeting.ts'
import { evilRig, expectDetected, expectNoWrongByte, expectWhole, files, flipBit } from './evil-rig.ts'

const rig = evilRig()

/** Does something to the n-th message of the relay to one of the two. */
const toRelayed = (
  to: Role,
  nth: number,
  deed: (message: Uint8Array<ArrayBuffer>) => readonly Uint8Array<ArrayBuffer>[],
): Deeds => {
  let seen = 0
  return { relay: (message, role) => (role === to && seen++ === nth ? deed(message) : [message]) }
}

const both: Role[] = ['sender', 'receiver']

// Where something is lost on the only way, it is sent again after ten seconds: these tests wait beside each other.
describe('a hub that touches what it relays', () => {
  const messages = [0, 1, 3, 6]

  for (const to of both)
    for (const nth of messages.slice(0, to === 'sender' ? 2 : 4))
      test(`by altering a bit of message ${nth} to the ${to} is found out, or harmless`, async () => {
        let wasDone = false
        const started = await rig.send(
          toRelayed(to, nth, message => {
            wasDone = true
            return [flipBit(message, sliceHeaderBytes)]
          }),
        )
        const ends = await started.ends
        expect(wasDone).toBe(true)
        expectNoWrongByte(started)
        // A bit of the tag that names the link makes a message of no link: it is left out, and sent again.
        if (ends.receiver !== 'done') await expectDetected(started)
      })

  test('by altering a byte of a sealed frame is found out', async () => {
    const started = await rig.send(
      toRelayed('receiver', 4, message => {
        const altered = Uint8Array.from(message)
        const at = altered.length - 40
        altered[at] = (altered[at] ?? 0) ^ 1
        return [altered]
      }),
    )
    await expectDetected(started)
  })

  test.concurrent('by giving out messages twice changes nothing', async () => {
    let count = 0
    await expectWhole(
      await rig.send({
        relay: message => (++count % 4 === 0 && count < 20 ? [message, message] : [message]),
      }),
    )
  })

  test.concurrent('by giving out messages in another order changes nothing', async () => {
    let kept: Uint8Array<ArrayBuffer> | null = null
    let count = 0
    const started = await rig.send({
      relay(message, to) {
        if (to === 'receiver') count += 1
        if (to === 'receiver' && count % 4 === 1 && count < 20) {
          kept = message
          return []
        }
        const passed = kept ? [message, kept] : [message]
        if (to === 'receiver') kept = null
        return to === 'receiver' ? passed : [message]
      },
    })
    await expectWhole(started)
  })

  test.concurrent('by keeping some of them back changes nothing: they are sent again', async () => {
    let count = 0
    const started = await rig.send({
      relay: (message, to) => (to === 'receiver' && ++count % 9 === 5 && count < 40 ? [] : [message]),
    })
    await expectWhole(started)
  })

  test('by giving the sender its own messages back is found out', async () => {
    const { evil, meeting } = await rig.meet()
    let last: Uint8Array<ArrayBuffer> | null = null
    evil.deeds = {
      relay(message, to) {
        if (to === 'receiver') {
          last = message
          return [message]
        }
        if (!last) return [message]
        // The stream's number is the sender's own.
        const back = Uint8Array.from(last)
        back.set(message.subarray(0, 4))
        return [message, back]
      },
    }
    await expectDetected(startDirectSend(meeting, { files }))
  })

  test('by putting in messages of an earlier send changes nothing', async () => {
    const before: Uint8Array<ArrayBuffer>[] = []
    const first = await rig.send({
      relay(message, to) {
        if (to === 'receiver' && before.length < 5) before.push(message)
        return [message]
      },
    })
    await expectWhole(first)
    const started = await rig.send({
      relay: (message, to) => {
        const old = to === 'receiver' ? before.shift() : undefined
        if (!old) return [message]
        const stale = Uint8Array.from(old)
        stale.set(message.subarray(0, 4))
        return [stale, message]
      },
    })
    await expectWhole(started)
  })

  test.concurrent('by writing other heads before the bytes brings no wrong byte', async () => {
    const started = await rig.send(
      toRelayed('receiver', 3, message => {
        const altered = Uint8Array.from(message)
        // The index, or the offset.
        altered.set([9, 9], 4)
        altered.set([1], 8)
        return [altered]
      }),
    )
    const ends = await started.ends
    if (ends.receiver !== 'done') await expectDetected(started)
    expectNoWrongByte(started)
  })
})

test('a hub that cuts the connections of both again and again holds up, but spoils nothing', async () => {
  const { evil, meeting } = await rig.meet()
  let passed = 0
  evil.deeds = {
    relay(message, to) {
      passed += message.length
      if (to === 'receiver' && passed > 2 ** 20) {
        passed = 0
        evil.cut(Math.random() < 0.5 ? 'sender' : 'receiver')
      }
      return [message]
    },
  }
  const started = startDirectSend(meeting, { files })
  await expectWhole(started)
})
