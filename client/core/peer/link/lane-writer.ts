import type { Lane } from './lane.ts'
import { largestMessageBytes, packUnits, tagBytes, type Unit } from './layout.ts'
import type { Outbox } from './outbox.ts'

/** Of what a carrier has buffered: more does not make it faster, but costs when it is lost. */
const fullBytes = 256 * 1024

/** Puts frames into the messages of carriers, as fast as these drain. */
export const createLaneWriter = (tag: number, drained: () => void) => {
  const into = new Uint8Array(largestMessageBytes)

  const write = (lane: Lane, units: readonly Unit[]) => {
    if (!lane.carrier.closed) lane.carrier.send(packUnits(tag, units, into))
  }

  /** Something was sent, so a lane whose own low mark is above ours does not turn in a circle. */
  const waitIfFull = (lane: Lane) => {
    if (lane.carrier.bufferedBytes < fullBytes) return
    lane.isFull = true
    void lane.carrier.drained().then(() => {
      lane.isFull = false
      drained()
    })
  }

  return {
    write: (lane: Lane, unit: Unit): void => write(lane, [unit]),
    /**
     * Sends what is there until the lane is full; answers whether anything was. A frame that was made for another carrier
     * goes alone where it is larger than this one's best message.
     */
    fill(lane: Lane, outbox: Outbox<Lane>): boolean {
      let hasSent = false
      const { bestMessageBytes } = lane.carrier
      while (!lane.isFull && !lane.carrier.closed) {
        const units = outbox.next(lane, bestMessageBytes - tagBytes)
        if (units.length === 0) break
        write(lane, units)
        hasSent = true
        waitIfFull(lane)
      }
      return hasSent
    },
  }
}
