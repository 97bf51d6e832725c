import type { Lane } from './lane.ts'
import { packUnits, tagBytes, type Unit, unitBytes } from './layout.ts'
import type { Outbox } from './outbox.ts'

/** Of what a carrier has buffered: more does not make it faster, but costs when it is lost. */
const fullBytes = 256 * 1024
/** Of one message, where a carrier would take larger ones. */
const messageBytes = 256 * 1024

/** Puts frames into the messages of carriers, as fast as these drain. */
export const createLaneWriter = (tag: number, drained: () => void) => {
  const into = new Uint8Array(messageBytes)

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
    write(lane: Lane, unit: Unit): void {
      if (unitBytes(unit.sealed) + tagBytes <= lane.carrier.messageBytes) write(lane, [unit])
    },
    /** Sends what is there until the lane is full; answers whether anything was. */
    fill(lane: Lane, outbox: Outbox<Lane>): boolean {
      let hasSent = false
      const room = Math.min(lane.carrier.messageBytes, messageBytes) - tagBytes
      while (!lane.isFull && !lane.carrier.closed) {
        const units = outbox.next(lane, room)
        if (units.length === 0) break
        write(lane, units)
        hasSent = true
        waitIfFull(lane)
      }
      return hasSent
    },
  }
}
