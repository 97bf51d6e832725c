import { expect, test } from 'vitest'
import type { Deeds } from '../../support/evil-hub.ts'
import { whenStatus } from '../../support/meeting.ts'
import { evilRig, expectWhole, isSealed } from './evil-rig.ts'
import { hurriedTimers } from './hurried-timers.ts'

const rig = evilRig()

const isUnreached = ({ phase }: { phase: string }) => phase === 'unreached'

test('a hub that keeps back all envelopes is told of on both sides, which then end: the code is used up', async () => {
  const started = await rig.send({ signal: () => [] }, { timers: hurriedTimers })
  await Promise.all([whenStatus(started.sender, isUnreached), whenStatus(started.receiver, isUnreached)])
  expect(await started.ends).toEqual({ sender: 'peer_away', receiver: 'peer_away' })
  for (const { status } of [started.sender, started.receiver])
    expect(status.error?.message).toContain('cannot be reached through this hub')
})

const keptBack: Record<string, (isKeeping: () => boolean) => Deeds> = {
  'the sealed envelopes': isKeeping => ({
    signal: envelope => (isKeeping() && isSealed(envelope) ? [] : [envelope]),
  }),
  'what it relays': isKeeping => ({ relay: message => (isKeeping() ? [] : [message]) }),
}

for (const [what, deeds] of Object.entries(keptBack))
  test(`one that keeps back ${what} is told of on both sides, which go on when it stops`, async () => {
    let isKeeping = true
    const started = await rig.send(
      deeds(() => isKeeping),
      { timers: hurriedTimers },
    )
    await Promise.all([whenStatus(started.sender, isUnreached), whenStatus(started.receiver, isUnreached)])
    isKeeping = false
    // An envelope that was lost leaves a hole: both meet anew on the next connection.
    started.evil.cut('receiver')
    await expectWhole(started)
  })
