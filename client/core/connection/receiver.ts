import type { Reason, WherryError } from '../../../protocol/errors.ts'
import type { RpcId } from '../../../protocol/rpc.ts'
import type { EventName, EventParams } from '../../../protocol/table.ts'
import type { Stop, Timers } from '../api.ts'
import type { OpenCalls, PutOff } from './open-calls.ts'
import { parseEvent, readMessage } from './rpc.ts'

export type ReceiverHost = {
  calls: OpenCalls
  timers: Timers
  retryDelayMs(attempt: number): number
  event(name: EventName, params: EventParams<EventName>): void
  renew(): void
  sendWaiting(): void
}

const isPutOff = (reason: Reason): reason is PutOff =>
  reason === 'session_expired' || reason === 'busy' || reason === 'closing'

/** Gives the hub's text messages to those whom they concern; what the hub refused for now is sent again. */
export const createReceiver = ({ calls, timers, retryDelayMs, event, renew, sendWaiting }: ReceiverHost) => {
  let busyTries = 0
  let stopWaiting: Stop = () => {}

  const refused = (id: RpcId, error: WherryError) => {
    if (!isPutOff(error.reason) || !calls.putOff(id, error.reason)) return calls.fail(id, error)
    if (error.reason === 'session_expired') renew()
    // A closing hub goes, and the next connection sends what waits.
    if (error.reason !== 'busy') return
    stopWaiting()
    stopWaiting = timers.after(retryDelayMs(busyTries++), sendWaiting)
  }

  return {
    receive(text: string): void {
      const message = readMessage(text)
      if (message.kind === 'result') {
        busyTries = 0
        calls.settle(message.id, message.result)
      }
      if (message.kind === 'error' && message.id !== null) refused(message.id, message.error)
      const known = message.kind === 'event' && parseEvent(message.name, message.params)
      if (known) event(known.name, known.params)
    },
    stop: () => stopWaiting(),
  }
}
