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

test('chunks that the hub has of another file, or more than there are, make it another file', () => {
  const other = { hash: 'b'.repeat(64), size: ref.size, stored: true, begunBytes: 0 }
  const same = { ...ref, stored: true, begunBytes: 0 }
  const isOther = expect.objectContaining({ reason: 'conflict', details: { otherFile: true } })
  expect(() => sentOnce().rebound([other])).toThrow(isOther)
  const begun = createLedger()
  begun.rebound([same, other])
  begun.add(ref, null)
  expect(() => begun.add(ref, null)).toThrow(isOther)
  expect(() => begun.cutDone()).toThrow(isOther)
})

test('that the hub forgot what it had of a chunk is no mismatch, however often', () => {
  const ledger = sentOnce()
  for (let n = 0; n < 5; n++) {
    ledger.rebound([{ ...ref, stored: false, begunBytes: 10 }])
    ledger.takeMissing()
    expect(ledger.refused(0)).toBe(true)
  }
})

test('what the hub has of a chunk that is not whole counts until it is stored, refused or lost with a connection', () => {
  const coming = (after: (ledger: ReturnType<typeof sentOnce>) => void) => {
    const ledger = sentOnce()
    ledger.arrived(0, 60)
    expect(ledger.progress).toMatchObject({ storedBytes: 0, comingBytes: 60 })
    after(ledger)
    const { storedBytes, comingBytes } = ledger.progress
    return { storedBytes, comingBytes }
  }
  expect(coming(ledger => ledger.arrived(0, 80))).toEqual({ storedBytes: 0, comingBytes: 80 })
  expect(coming(ledger => ledger.stored([0]))).toEqual({ storedBytes: 100, comingBytes: 0 })
  expect(coming(ledger => ledger.refused(0))).toEqual({ storedBytes: 0, comingBytes: 0 })
  const begun = { ...ref, stored: false, begunBytes: 10 }
  expect(coming(ledger => ledger.rebound([begun]))).toEqual({ storedBytes: 0, comingBytes: 10 })
  expect(coming(ledger => ledger.rebound([]))).toEqual({ storedBytes: 0, comingBytes: 0 })
  const late = (ledger: ReturnType<typeof sentOnce>) => {
    ledger.stored([0])
    ledger.arrived(0, 90)
  }
  expect(coming(late)).toEqual({ storedBytes: 100, comingBytes: 0 })
})
