import type { HubClient, Stop } from '../../core/api.ts'
import type { Output } from './output.ts'

/** A hub that restarts is back in a moment: what takes longer is told. */
const tellAfterMs = 3000

/** Says that the hub is away and when it is back, for commands that wait for others. `isSilent`: not now. */
export const tellLostHub = (
  client: Pick<HubClient, 'onState'>,
  output: Output,
  isSilent: () => boolean = () => false,
): Stop => {
  let timer: NodeJS.Timeout | undefined
  let isTold = false
  const tell = () => {
    if (isSilent()) return
    isTold = true
    output.note('The hub cannot be reached. This goes on by itself when it is back.')
  }
  const stop = client.onState(state => {
    if (state === 'reconnecting' || state === 'offline') {
      timer ??= setTimeout(tell, tellAfterMs)
      return
    }
    clearTimeout(timer)
    timer = undefined
    if (isTold && state === 'live') output.note('The hub is back.')
    isTold = false
  })
  return () => {
    stop()
    clearTimeout(timer)
  }
}
