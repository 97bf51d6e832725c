import { WherryError } from '../../../../protocol/errors.ts'
import { type Opened, readPlain, type Unit } from './layout.ts'
import type { Sealer } from './sealer.ts'

/** How far ahead of what is missing frames are kept: more than the other side may have on its way. */
const mostAheadFrames = 64 * 1024
const mostWaitingBytes = 24 * 1024 * 1024

type Waiting = { opened: Opened | null; bytes: number }

export type Inbox<Lane> = {
  /** Answers false for one that came before. */
  receive(unit: Unit, lane: Lane): boolean
  /** All frames below this number have arrived. */
  readonly expected: number
}

/** Opens frames, several at the same time, and hands them on in order and once, whichever way and order they came. */
export const createInbox = <Lane>(
  sealer: Sealer,
  {
    opened,
    inOrder,
    taken,
    failed,
  }: {
    /** At once, before what is missing has come. */
    opened(frame: Opened, lane: Lane): void
    inOrder(frame: Opened): void
    /** After both, as far as that goes: so many bytes came on this lane. */
    taken(lane: Lane, bytes: number): void
    failed(error: WherryError): void
  },
): Inbox<Lane> => {
  const waiting = new Map<number, Waiting>()
  let waitingBytes = 0
  let expected = 0

  const handOn = () => {
    for (let first = waiting.get(expected); first?.opened; first = waiting.get(expected)) {
      waiting.delete(expected)
      waitingBytes -= first.bytes
      expected++
      inOrder(first.opened)
    }
  }

  return {
    receive({ number, sealed }, lane) {
      if (number < expected || waiting.has(number)) return false
      if (number >= expected + mostAheadFrames || waitingBytes + sealed.length > mostWaitingBytes) {
        failed(new WherryError('not_authentic'))
        return true
      }
      const slot: Waiting = { opened: null, bytes: sealed.length }
      waiting.set(number, slot)
      waitingBytes += slot.bytes
      sealer
        .open(number, sealed)
        .then(plain => {
          const frame = readPlain(plain)
          if (!frame) throw new WherryError('not_authentic')
          slot.opened = frame
          opened(frame, lane)
          handOn()
          taken(lane, slot.bytes)
        })
        .catch(failed)
      return true
    },
    get expected() {
      return expected
    },
  }
}
