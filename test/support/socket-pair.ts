import type { SocketFactory } from '../../client/core/api.ts'

type Message = string | Uint8Array<ArrayBuffer>

/** The hub's end of a socket that the client opened. Nothing arrives anywhere before deliver(). */
export type FarEnd = {
  readonly isOpen: boolean
  /** True after the client closed it. */
  readonly isClosedByClient: boolean
  /** Lets the client's socket open. */
  open(): void
  /** Puts a message on its way to the client. */
  send(message: Message): void
  /** Hands over what is on its way, both ways in turn: at most so many messages. Answers how many there were. */
  deliver(most?: number): number
  /** The connection breaks: what was on its way is lost, and the client is told. */
  cut(code?: number): void
  /** A black hole: what is and will be on its way is lost, and nobody is told. */
  drop(): void
}

/** Sockets without a network. `onMessage` is the hub's ear. */
export const socketPair = (onMessage: (message: Message, far: FarEnd) => void) => {
  const ends: FarEnd[] = []
  const factory: SocketFactory = (_url, _protocol, events) => {
    let state: 'opening' | 'open' | 'blackHole' | 'closed' = 'opening'
    let isClosedByClient = false
    let toHub: Message[] = []
    let toClient: Message[] = []
    const lose = () => {
      toHub = []
      toClient = []
    }
    const far: FarEnd = {
      get isOpen() {
        return state === 'open'
      },
      get isClosedByClient() {
        return isClosedByClient
      },
      open() {
        if (state !== 'opening') return
        state = 'open'
        events.open()
      },
      send(message) {
        if (state === 'open') toClient.push(message)
      },
      deliver(most = Number.POSITIVE_INFINITY) {
        let count = 0
        while (count < most && state === 'open' && toHub.length + toClient.length > 0) {
          const up = toHub.shift()
          if (up !== undefined) onMessage(up, far)
          const down = toClient.shift()
          if (typeof down === 'string') events.text(down)
          else if (down) events.binary(down)
          count += Number(up !== undefined) + Number(down !== undefined)
        }
        return count
      },
      cut(code = 1006) {
        if (state === 'closed') return
        state = 'closed'
        lose()
        events.close(code, '')
      },
      drop() {
        state = 'blackHole'
        lose()
      },
    }
    ends.push(far)
    return {
      send(message) {
        if (state === 'open') toHub.push(message)
      },
      get bufferedBytes() {
        return state === 'blackHole' ? 1 : 0
      },
      close() {
        isClosedByClient = true
        if (state === 'closed') return
        state = 'closed'
        lose()
        events.close(1005, '')
      },
    }
  }
  return {
    factory,
    ends,
    get latest(): FarEnd {
      const end = ends.at(-1)
      if (!end) throw new Error('The client has opened no socket.')
      return end
    },
  }
}
