import { WherryError } from '../../../../protocol/errors.ts'
import type { Stop, Timers } from '../../api.ts'
import type { Lane } from './lane.ts'
import {
  createPlain,
  type FrameKind,
  firstLoose,
  frameKinds,
  frameMemory,
  type Opened,
  plainBytesFor,
  readPlain,
  type Unit,
} from './layout.ts'
import type { Sealer } from './sealer.ts'

/** What arrived is acknowledged after so much of it, or so long. */
const acknowledgeBytes = 1024 * 1024
const acknowledgeMs = 50
/** A ping that is not answered in this time is forgotten. */
const mostPings = 16
/** A carrier that holds so much takes no answers: whoever asks on and on, and takes nothing, does not fill the memory here. */
const mostBufferedBytes = 1024 * 1024

/** Acks and pings: frames that stand for themselves, each on the lane that it is about. */
export const createAcks = (
  sealer: Sealer,
  timers: Timers,
  { acknowledged, write }: { acknowledged(): number; write(lane: Lane, unit: Unit): void },
) => {
  const pings = new Map<number, { lane: Lane; at: number }>()
  let nextLoose = firstLoose
  let nextPing = 0
  let dueBytes = 0
  let dueLane: Lane | null = null
  let told: { lane: Lane; number: number } | null = null
  let stopTimer: Stop | null = null
  let isStopped = false

  const send = async (lane: Lane, kind: FrameKind, content: Uint8Array) => {
    const number = nextLoose++
    const plain = createPlain(kind, frameMemory(plainBytesFor(content.length)))
    plain.add(content)
    plain.acknowledge(acknowledged())
    const sealed = await sealer.seal(number, plain.memory, plain.length)
    write(lane, { number, sealed })
  }

  const settle = () => {
    stopTimer?.()
    stopTimer = null
    dueBytes = 0
    const lane = dueLane
    dueLane = null
    return lane
  }

  const sendDue = () => {
    const lane = settle()
    if (lane && !isStopped) void send(lane, frameKinds.ack, new Uint8Array(0))
  }

  return {
    /** Throws `not_authentic`. */
    read(plain: Uint8Array<ArrayBuffer>): Opened {
      const frame = readPlain(plain)
      if (!frame) throw new WherryError('not_authentic')
      return frame
    },
    /** Frames of so many bytes came on this lane; 0 for what came before, whose ack was lost. */
    due(lane: Lane, bytes: number): void {
      if (bytes > 0 && told?.lane === lane && told.number === acknowledged()) return
      dueBytes += bytes
      dueLane = lane
      if (dueBytes >= acknowledgeBytes) queueMicrotask(sendDue)
      else stopTimer ??= timers.after(acknowledgeMs, sendDue)
    },
    /** A frame of another kind tells it on this lane. */
    tell(lane: Lane): void {
      told = { lane, number: acknowledged() }
      if (lane === dueLane) settle()
    },
    sendNow: (lane: Lane): Promise<void> => send(lane, frameKinds.ack, new Uint8Array(0)),
    async ping(lane: Lane): Promise<void> {
      const content = new Uint8Array(4)
      const ping = nextPing++
      new DataView(content.buffer).setUint32(0, ping)
      pings.set(ping, { lane, at: timers.now() })
      pings.delete(ping - mostPings)
      await send(lane, frameKinds.ping, content)
    },
    answer: async (lane: Lane, { messages: [content] }: Opened): Promise<void> => {
      if (content?.length !== 4 || lane.carrier.bufferedBytes > mostBufferedBytes) return
      await send(lane, frameKinds.pong, content)
    },
    /** Whether it is not the first ping on its lane that is answered. */
    answered(lane: Lane, { messages: [content] }: Opened): boolean {
      if (content?.length !== 4) return false
      const number = new DataView(content.buffer, content.byteOffset).getUint32(0)
      const ping = pings.get(number)
      if (ping?.lane !== lane) return false
      lane.roundTripMs = timers.now() - ping.at
      return [...pings].some(([earlier, { lane: its }]) => earlier < number && its === lane)
    },
    stop(): void {
      isStopped = true
      settle()
    },
  }
}
export type Acks = ReturnType<typeof createAcks>
