import { WherryError } from '../../../protocol/errors.ts'
import type { Room } from '../../core/peer/api.ts'
import { type Connect, directPaths } from '../../core/peer/direct.ts'
import { loadRtc } from '../peer/rtc/rtc.ts'
import { type OptionValues, textOption, UsageError } from './command.ts'
import type { Output } from './output.ts'

/** The ways on which bytes may go, until close(). */
export type Paths = {
  /** Finds direct ways; without it all goes through the hub. */
  connect: Connect | undefined
  /** The room as the transfer is to see it. */
  limit(room: Room): Room
  close(): Promise<void>
}

/** Never answers: what waits for it goes another way. */
const withoutRelay = (room: Room): Room =>
  Object.create(room, { openRelay: { value: () => new Promise(() => {}) } })

/**
 * `auto` uses what is faster. `relay` looks for no direct way, which would tell the other side this machine's addresses.
 * `direct` sends nothing through the hub, not even sealed.
 */
export const openPaths = async (options: OptionValues, output: Output): Promise<Paths> => {
  const wanted = textOption(options, 'path') ?? 'auto'
  if (!['auto', 'direct', 'relay'].includes(wanted))
    throw new UsageError('--path takes auto, direct or relay')
  const rtc = wanted === 'relay' ? null : await loadRtc()
  const limit = (room: Room) => (wanted === 'direct' ? withoutRelay(room) : room)
  if (rtc) return { connect: directPaths(rtc.make), limit, close: rtc.close }
  const words = 'Direct connections are not supported on this system'
  if (wanted === 'direct')
    throw new WherryError('conflict', `${words}: use \`--path relay\`, which is sealed too.`)
  if (wanted === 'auto') output.note(`${words}: all goes through the hub, sealed.`)
  return { connect: undefined, limit, async close() {} }
}
