import { createCipheriv } from 'node:crypto'
import pino from 'pino'
import { onTestFinished } from 'vitest'
import { WherryError } from '../../protocol/errors.ts'
import { encodeSlices, type Slice } from '../../protocol/frames.ts'
import type { EventName, EventParams } from '../../protocol/table.ts'
import type { Connection, Principal } from '../../server/connection.ts'
import type { CallContext } from '../../server/context.ts'
import { createTransfers, type Transfers } from '../../server/transfers/transfers.ts'
import type { Storage } from '../../storage/storage.ts'
import { newId, sha256, withAda } from '../storage/open-temporary.ts'

/** A connection that keeps what was sent on it; the test says how much waits in its buffer. */
export type FakeConnection = Connection & {
  events: { name: EventName; params: EventParams<EventName> }[]
  slices: Uint8Array[]
  closedWith: string | null
  buffered: number
  /** Resolves with the next event of that name that was not taken yet. */
  next<N extends EventName>(name: N): Promise<EventParams<N>>
  /** Everything in the buffer was taken by the network. */
  flush(): void
}

export const fakeConnection = (principal: Principal): FakeConnection => {
  let wake: () => void = () => undefined
  const taken = new Set<object>()
  let waiters: (() => void)[] = []
  const connection: FakeConnection = {
    id: newId(),
    address: '127.0.0.1',
    agent: 'test',
    closed: false,
    principal,
    events: [],
    slices: [],
    closedWith: null,
    buffered: 0,
    notify: (name, params) => {
      connection.events.push({ name, params } as never)
      wake()
      return true
    },
    sendBinary: message => {
      connection.slices.push(message.slice())
      connection.buffered += holdsBack.has(connection) ? message.length : 0
      return true
    },
    sentBytes: 0,
    whenSent: () => Promise.resolve(true),
    bufferedBytes: () => connection.buffered,
    drained: bytes =>
      new Promise(resolve => {
        const check = () => (connection.buffered < bytes ? resolve(true) : waiters.push(check))
        check()
      }),
    flush: () => {
      connection.buffered = 0
      const ready = waiters
      waiters = []
      for (const check of ready) check()
    },
    subscribe: () => undefined,
    unsubscribe: () => undefined,
    onClose: () => () => undefined,
    close: (_, reason) => {
      connection.closedWith = reason
    },
    next: async name => {
      for (;;) {
        const found = connection.events.find(event => event.name === name && !taken.has(event))
        if (found) {
          taken.add(found)
          return found.params as never
        }
        await new Promise<void>(resolve => {
          wake = resolve
        })
      }
    },
  }
  return connection
}

/** Connections whose network takes nothing until the test flushes them. */
export const holdsBack = new WeakSet<object>()

export type Rig = {
  storage: Storage
  transfers: Transfers
  root: string
  space: string
  ada: string
  clock: { now: number }
  levels: Map<string, 'read' | 'write' | 'delete' | 'admin' | null>
  connect(): FakeConnection
  context(connection: FakeConnection): CallContext
}

export const openRig = async (
  config: { windowBytes?: number; uploadBudgetBytes?: number } = {},
  stallMs = { credit: 60_000, reader: 30_000 },
  directory?: string,
): Promise<Rig> => {
  const { storage, ada, root, space } = await withAda(null, directory === undefined ? {} : { directory })
  const clock = { now: 1_700_000_000_000 }
  const levels: Rig['levels'] = new Map()
  const bounds = { windowBytes: 16 * 2 ** 20, uploadBudgetBytes: 128 * 2 ** 20, ...config }
  const levelOf = async (user: string, entry: string) =>
    levels.has(entry) ? (levels.get(entry) ?? null) : storage.access.level(user, entry)
  const parts = { storage, clock: () => clock.now, log: pino({ level: 'silent' }), levelOf }
  const transfers = createTransfers({ ...parts, config: bounds, stallMs })
  onTestFinished(() => transfers.drain())
  const principal: Principal = {
    kind: 'user',
    user: ada,
    name: 'Ada',
    role: 'admin',
    session: newId(),
    expiresAt: Number.MAX_SAFE_INTEGER,
  }
  return {
    storage,
    transfers,
    root,
    space,
    ada,
    clock,
    levels,
    connect: () => fakeConnection({ ...principal }),
    context: connection =>
      ({
        ...parts,
        transfers,
        config: { ...bounds, maxFileBytes: 2 ** 40 },
        connection,
        principal: connection.principal,
        requestId: null,
        actor: { user: ada, requestId: null },
      }) as never,
  }
}

/** Makes a call as the dispatcher does: announced at once, run later, told if it failed. */
export const callIn = <P extends object, R>(
  rig: Rig,
  connection: FakeConnection,
  name: Parameters<Transfers['announce']>[1],
  handler: (context: CallContext, params: P) => Promise<R>,
  params: P,
): Promise<R> => {
  const failed = rig.transfers.announce(connection, name, params)
  const run = async () => {
    await Promise.resolve()
    try {
      return await handler(rig.context(connection), params)
    } catch (error) {
      failed(error instanceof WherryError ? error : new WherryError('internal'))
      throw error
    }
  }
  return run()
}

export const send = (rig: Rig, connection: FakeConnection, ...slices: Slice[]): void =>
  rig.transfers.handleBinary(connection, encodeSlices(slices))

export const slice = (stream: number, index: number, bytes: Uint8Array, offset = 0, last = true): Slice => ({
  stream,
  index,
  offset,
  last,
  bytes,
})

export const refOf = (bytes: Uint8Array) => ({ hash: sha256(bytes), size: bytes.length })

/** Bytes that differ for each seed. */
export const fill = (size: number, seed: number): Uint8Array => {
  const key = Buffer.alloc(16, seed)
  return new Uint8Array(createCipheriv('aes-128-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(size)))
}
