import { WherryError } from '../../../protocol/errors.ts'
import type { Stop, TransferLink } from '../api.ts'

/** The leave to send bytes on a link, shared by all of its uploads, first come first served. One for each link. */
export type Credit = {
  /** Resolves when `bytes` may be sent. Rejects with `disconnected` if the connection is lost first. */
  take(bytes: number): Promise<void>
  /** The same at once: false if there is not enough now, or others wait. */
  tryTake(bytes: number): boolean
  /** Takes back what take() gave and was not sent; void after a reconnect. */
  putBack(bytes: number, epoch: number): void
  /** Given back for what became durable, on all connections: less than that while others wait for credit. */
  readonly returnedBytes: number
  /** Returns to the hub what is not used; asking again is free. */
  release(): void
  close: Stop
}

type Waiter = { bytes: number; resolve(): void; reject(error: Error): void }

export const createCredit = (link: TransferLink): Credit => {
  const waiters: Waiter[] = []
  let epoch = link.epoch
  let available = 0
  /** `asked`: this epoch's credit flows. `moving`: a call is on its way. */
  let asked = false
  let returnedBytes = 0
  let moving: 'none' | 'ask' | 'release' = 'none'

  const failAll = (error: Error) => {
    for (const waiter of waiters.splice(0)) waiter.reject(error)
  }

  const follow = () => {
    if (epoch === link.epoch && link.state === 'live') return
    epoch = link.epoch
    available = 0
    asked = false
    moving = 'none'
    failAll(new WherryError('disconnected'))
  }

  const serve = () => {
    for (let first = waiters[0]; first !== undefined && first.bytes <= available; first = waiters[0]) {
      waiters.shift()
      available -= first.bytes
      first.resolve()
    }
    if (waiters.length > 0 && !asked && moving === 'none') move('ask')
  }

  const move = (what: 'ask' | 'release') => {
    const at = epoch
    moving = what
    asked = what === 'ask'
    const bytes = what === 'ask' ? (link.hello?.limits.windowBytes ?? 0) : 0
    if (what === 'release') available = 0
    link.call('upload.credit', { bytes }, { retry: false }).then(
      ({ credit }) => {
        if (at !== epoch) return
        moving = 'none'
        if (what === 'ask') available += credit
        serve()
      },
      (error: Error) => {
        if (at !== epoch) return
        moving = 'none'
        asked = false
        failAll(error)
      },
    )
  }

  const add = ({ credit }: { credit: number }) => {
    follow()
    // What the hub gave before it saw the release is in what it took back.
    if (!asked) return
    available += credit
    serve()
  }

  const stops = [
    link.on('upload.stored', event => {
      returnedBytes += event.credit
      add(event)
    }),
    link.on('upload.credited', add),
    link.on('upload.refused', add),
    link.onState(follow),
  ]

  const tryTake = (bytes: number): boolean => {
    follow()
    if (waiters.length > 0 || bytes > available) return false
    available -= bytes
    return true
  }

  return {
    get returnedBytes() {
      return returnedBytes
    },
    tryTake,
    async take(bytes) {
      if (tryTake(bytes)) return
      if (link.state !== 'live') throw new WherryError('disconnected')
      const waiting = Promise.withResolvers<void>()
      waiters.push({ bytes, resolve: waiting.resolve, reject: waiting.reject })
      serve()
      await waiting.promise
    },
    putBack(bytes, takenIn) {
      follow()
      if (takenIn === epoch && asked) available += bytes
      serve()
    },
    release() {
      follow()
      if (asked && moving === 'none' && waiters.length === 0 && link.state === 'live') move('release')
    },
    close() {
      for (const stop of stops) stop()
      // Or the hub would take it for unused credit of whoever uploads next on this link.
      if (asked && link.state === 'live')
        link.call('upload.credit', { bytes: 0 }, { retry: false }).catch(() => {})
      failAll(new WherryError('cancelled'))
    },
  }
}
