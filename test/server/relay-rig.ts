import { decodeSlices, encodeSlices, relayCredit, type Slice } from '../../protocol/frames.ts'
import type { RawClient } from '../support/raw-client.ts'

/** One end of a relay, with nothing of the SDK. */
export type RelayEnd = {
  readonly client: RawClient
  readonly stream: number
  /** What may be sent now. */
  readonly credit: number
  /** Sends bytes in slices of at most `sliceBytes`, as chunk `index`, as far as credit reaches, waiting for more. */
  send(index: number, bytes: Uint8Array, sliceBytes?: number): Promise<void>
  /** Sends slices whether there is credit or not. */
  push(slices: readonly Omit<Slice, 'stream'>[], stream?: number): void
  onSlice(listener: (slice: Slice) => void): void
  /** Bytes of slices that came. */
  readonly receivedBytes: number
  /** Resolves when so many bytes came. */
  received(bytes: number): Promise<void>
  /** Resolves when at least so much may be sent. */
  hasCredit(bytes: number): Promise<void>
}

const KiB = 1024

/** Opens a seat's end of a relay. */
export const relayEnd = async (client: RawClient, room: string, stream: number): Promise<RelayEnd> => {
  const listeners: ((slice: Slice) => void)[] = []
  let waiting: (() => void)[] = []
  let credit = 0
  let receivedBytes = 0

  const changed = (): void => {
    const ready = waiting
    waiting = []
    for (const wake of ready) wake()
  }
  const until = async (isSo: () => boolean): Promise<void> => {
    while (!isSo()) await new Promise<void>(resolve => waiting.push(resolve))
  }

  client.socket.on('message', (data, isBinary) => {
    if (!isBinary) return
    for (const slice of decodeSlices(new Uint8Array(data as Buffer))) {
      if (slice.stream !== stream) continue
      receivedBytes += slice.bytes.length
      for (const listener of listeners) listener(slice)
    }
    changed()
  })
  const follow = async (): Promise<void> => {
    for (;;) {
      const more = await client.event('room.credited', params => params.room === room)
      credit += more.credit
      changed()
    }
  }
  void follow().catch(() => undefined)
  credit += (await client.call('room.relay', { room, stream })).credit

  const push: RelayEnd['push'] = (slices, on = stream) => {
    for (const slice of slices) credit -= relayCredit(slice)
    client.socket.send(encodeSlices(slices.map(slice => ({ ...slice, stream: on }))))
  }

  return {
    client,
    stream,
    get credit() {
      return credit
    },
    get receivedBytes() {
      return receivedBytes
    },
    push,
    send: async (index, bytes, sliceBytes = 256 * KiB) => {
      for (let offset = 0; offset < bytes.length; ) {
        await until(() => credit > 0)
        const length = Math.min(sliceBytes, credit, bytes.length - offset)
        const last = offset + length === bytes.length
        push([{ index, offset, last, bytes: bytes.subarray(offset, offset + length) }])
        offset += length
      }
    },
    onSlice: listener => void listeners.push(listener),
    received: bytes => until(() => receivedBytes >= bytes),
    hasCredit: bytes => until(() => credit >= bytes),
  }
}
