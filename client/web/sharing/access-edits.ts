import type { ReactiveControllerHost } from 'lit'
import type { HubClient, Stop } from '../../core/api.ts'

/** Has the host read anew who has access when others edited it, or may have done so without a connection; once at a time. */
export const followAccessEdits = (
  host: ReactiveControllerHost,
  client: () => HubClient,
  read: () => Promise<unknown>,
): void => {
  let stops: Stop[] = []
  let isReading = false
  let isRung = false

  const ring = async () => {
    isRung = true
    if (isReading) return
    isReading = true
    while (isRung) {
      isRung = false
      await read()
    }
    isReading = false
  }

  host.addController({
    hostConnected() {
      stops = [
        client().on('access.edited', () => void ring()),
        client().onState(state => state === 'live' && void ring()),
      ]
    },
    hostDisconnected() {
      for (const stop of stops) stop()
    },
  })
}
