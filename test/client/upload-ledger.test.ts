import { expect, test } from 'vitest'
import { createLedger } from '../../client/core/upload/upload-ledger.ts'

const ref = { hash: 'a'.repeat(64), size: 100 }

/** One chunk that was declared and sent. */
const sentOnce = () => {
  const ledger = createLedger()
  ledger.add(ref, null)
  ledger.cutDone()
  ledger.nextBatch(1)
  ledger.answered(0, 1, [0])
  ledger.takeMissing()
  return ledger
}

test('a chunk that does not match is sent again twice', () => {
  const ledger = sentOnce()
  const again = [1, 2, 3].map(() => {
    const isWorthIt = ledger.refused(0)
    ledger.takeMissing()
    return isWorthIt
  })
  expect(again).toEqual([true, true, false])
})

test('that the hub forgot what it had of a chunk is no mismatch, however often', () => {
  const ledger = sentOnce()
  for (let n = 0; n < 5; n++) {
    ledger.rebound([{ ...ref, stored: false, begunBytes: 10 }])
    ledger.takeMissing()
    expect(ledger.refused(0)).toBe(true)
  }
})
