import type { Role } from '../../client/core/peer/api.ts'
import { type End, type Frame, type HubProxy, hubProxy, type Passage } from './hub-proxy.ts'

/** What an evil hub does with what it gives to one of the two. Each answers what goes out instead. */
export type Deeds = {
  signal?(envelope: string, to: Role, hub: EvilHub): readonly string[] | Promise<readonly string[]>
  /** A message of slices of the relay. */
  relay?(message: Uint8Array<ArrayBuffer>, to: Role): readonly Uint8Array<ArrayBuffer>[]
}

export type EvilHub = {
  readonly url: string
  /** Replaced at any time; nothing evil by default. */
  deeds: Deeds
  /** All envelopes that reached it, in order. */
  readonly envelopes: readonly { to: Role; envelope: string }[]
  /** Hands over an envelope that nobody sent. */
  inject(to: Role, envelope: string): void
  /** The connection of one of the two is lost. */
  cut(role: Role): void
  close(): Promise<void>
}

type Signalled = { jsonrpc: '2.0'; method: 'room.signalled'; params: { room: string; envelope: string } }

const readSignalled = (frame: Frame): Signalled | null => {
  if (typeof frame !== 'string' || !frame.includes('"room.signalled"')) return null
  const message = JSON.parse(frame)
  return message.method === 'room.signalled' ? message : null
}

/** A hub that does to direct sends what it is told. */
export const evilHub = async (hubUrl: string): Promise<EvilHub> => {
  const envelopes: { to: Role; envelope: string }[] = []
  let room = ''
  let proxy: HubProxy

  const asEvent = (envelope: string): string =>
    JSON.stringify({
      jsonrpc: '2.0',
      method: 'room.signalled',
      params: { room, envelope },
    } satisfies Signalled)

  const passSignal = async (signalled: Signalled, role: Role): Promise<readonly string[]> => {
    const { envelope } = signalled.params
    room = signalled.params.room
    envelopes.push({ to: role, envelope })
    const passed = (await evil.deeds.signal?.(envelope, role, evil)) ?? [envelope]
    return passed.map(asEvent)
  }

  const pass = (frame: Frame, to: End, { role }: Passage): readonly Frame[] | Promise<readonly Frame[]> => {
    if (to === 'hub' || role === null) return [frame]
    if (typeof frame !== 'string') return evil.deeds.relay?.(frame, role) ?? [frame]
    const signalled = readSignalled(frame)
    return signalled ? passSignal(signalled, role) : [frame]
  }

  const passagesOf = (role: Role) => [...proxy.passages].filter(passage => passage.role === role)

  proxy = await hubProxy(hubUrl, { pass })
  const evil: EvilHub = {
    url: proxy.url,
    deeds: {},
    envelopes,
    inject(to, envelope) {
      for (const passage of passagesOf(to)) passage.inject('client', asEvent(envelope))
    },
    cut(role) {
      for (const passage of passagesOf(role)) passage.cut()
    },
    close: proxy.close,
  }
  return evil
}
