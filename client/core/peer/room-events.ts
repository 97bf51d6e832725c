import type { EventName, EventParams } from '../../../protocol/table.ts'
import type { HubClient, Stop, TransferLink } from '../api.ts'

const names = ['room.joined', 'room.signalled', 'room.left'] as const

export type RoomEvent = EventParams<(typeof names)[number]>

export type RoomEvents = {
  /** What waits, and what comes from now on. */
  pass(to: (name: EventName, event: RoomEvent) => void): void
  /** What comes for this room waits for pass(), or for the end of its connection. */
  hold(room: string): void
  stop: Stop
}

/**
 * The events of rooms, which wait until the answer that gives the seat is taken: one behind it may be read in the same
 * moment, before anything that the answer sets off, and whoever hears it would find that there is no seat yet.
 */
export const createRoomEvents = (client: HubClient & TransferLink): RoomEvents => {
  let waiting: { epoch: number; name: EventName; event: RoomEvent }[] = []
  let handle: Parameters<RoomEvents['pass']>[0] | null = null
  /** Null before it is known. */
  let heldFor: string | null = null
  const stops = names.map(name =>
    client.on(name, event => {
      if (handle) handle(name, event)
      else if (heldFor === null || event.room === heldFor) waiting.push({ epoch: client.epoch, name, event })
    }),
  )
  return {
    pass(to) {
      handle = to
      const early = waiting
      waiting = []
      for (const { epoch, name, event } of early) {
        // One of them may be the end of all.
        if (epoch === client.epoch && handle === to) to(name, event)
      }
    },
    hold(room) {
      handle = null
      heldFor = room
      waiting = []
    },
    stop() {
      handle = null
      for (const stop of stops) stop()
    },
  }
}
