import { once } from 'node:events'
import { WebSocket } from 'ws'
import type { SocketFactory } from '../../../client/core/api.ts'
import { newId } from '../../../client/core/new-id.ts'
import { nodeSocket } from '../../../client/node/socket.ts'
import type { EventParams } from '../../../protocol/table.ts'
import { measured } from '../measured.ts'
import { type Address, type Client, connect, rootOf, withClient } from './connect.ts'

const togetherAtMost = 20

/** Makes many of something, a few at a time. */
const many = async <T>(count: number, make: () => Promise<T>): Promise<T[]> => {
  const made: T[] = []
  while (made.length < count) {
    const some = Math.min(togetherAtMost, count - made.length)
    made.push(...(await Promise.all(Array.from({ length: some }, make))))
  }
  return made
}

/** Opens connections that stay until this process ends. */
export const holdClients = async ({ count, ...address }: Address & { count: number }): Promise<number> =>
  (await many(count, () => connect(address))).length

/** The same without a protocol. */
export const holdSockets = async ({ port, count }: { port: number; count: number }): Promise<number> =>
  (await many(count, () => rawSocket(port, ''))).length

const rawSocket = async (port: number, path: string): Promise<WebSocket> => {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/${path}`, { perMessageDeflate: false })
  await once(socket, 'open')
  return socket
}

/** Milliseconds from each change to each watcher that saw it. */
export type Delays = { delays: number[]; expected: number; cpuSeconds: number }

type Load = { watchers: number; changes: number; aSecond: number }

/** Makes changes at a steady pace and waits until all were seen, or nothing came for a long time. */
const makeChanges = async (
  { watchers, changes, aSecond }: Load,
  watch: (seen: (name: string) => void) => Promise<(name: string) => Promise<unknown>>,
): Promise<Delays> => {
  const madeAt = new Map<string, number>()
  const delays: number[] = []
  const expected = watchers * changes
  const all = Promise.withResolvers<void>()
  const change = await watch(name => {
    const at = madeAt.get(name)
    if (at !== undefined) delays.push(performance.now() - at)
    if (delays.length === expected) all.resolve()
  })
  const { cpuSeconds } = await measured(async () => {
    const answers: Promise<unknown>[] = []
    const started = performance.now()
    for (let n = 0; n < changes; n++) {
      // The pace is part of the load.
      const dueInMs = started + (n * 1000) / aSecond - performance.now()
      if (dueInMs > 0) await new Promise(resolve => setTimeout(resolve, dueInMs))
      const name = newId()
      madeAt.set(name, performance.now())
      answers.push(change(name))
    }
    await Promise.all(answers)
    const waitAtMost = setTimeout(all.resolve, 30_000)
    await all.promise
    clearTimeout(waitAtMost)
  })
  return { delays, expected, cpuSeconds }
}

type Changed = { params: EventParams<'folder.changed'> }

/**
 * A socket that tells the names of changed entries and keeps these events from its client. A thousand watchers in one
 * process get the same text each time: it is parsed once, so that they take little of the CPU that the hub needs.
 */
const changesSocket = (seen: (name: string) => void): SocketFactory => {
  let parsed = { text: '', names: [] as string[] }
  const namesIn = (text: string): string[] => {
    if (text === parsed.text) return parsed.names
    const { params } = JSON.parse(text) as Changed
    parsed = { text, names: params.changes.flatMap(one => (one.kind === 'put' ? [one.entry.name] : [])) }
    return parsed.names
  }
  return (url, protocol, events) =>
    nodeSocket(url, protocol, {
      ...events,
      text(message) {
        if (message.includes('"method":"folder.changed"')) namesIn(message).forEach(seen)
        else events.text(message)
      },
    })
}

export const watchFolder = ({ hub, session, ...load }: Address & Load): Promise<Delays> =>
  withClient({ hub, session }, client =>
    makeChanges(load, async seen => {
      const folder = await rootOf(client)
      const socket = changesSocket(seen)
      const watchers = await many(load.watchers, () => connect({ hub, session }, socket))
      await Promise.all(watchers.map(watcher => watcher.call('folder.watch', { folder })))
      return name => client.call('folder.create', { folder, name, onClash: 'fail' })
    }),
  )

/** uWebSockets.js publishes, `ws` receives, and nothing else happens. */
export const watchTopic = ({ port, ...load }: Load & { port: number }): Promise<Delays> =>
  makeChanges(load, async seen => {
    const watchers = await many(load.watchers, () => rawSocket(port, 'watch'))
    for (const watcher of watchers) watcher.on('message', (name: Buffer) => seen(name.toString()))
    const publisher = await rawSocket(port, 'publish')
    return async name => publisher.send(name)
  })

const fill = async (client: Client, folder: string, count: number): Promise<void> => {
  for (let n = 0; n < count; n += 200) {
    const names = Array.from({ length: Math.min(200, count - n) }, (_, i) => `entry ${n + i}`)
    await Promise.all(names.map(name => client.call('folder.create', { folder, name, onClash: 'fail' })))
  }
}

export type Listed = { firstSeconds: number; allSeconds: number; cpuSeconds: number; fillSeconds: number }

/** Makes a folder of `count` entries and lists it, page by page. */
export const listFolder = ({ count, ...address }: Address & { count: number }): Promise<Listed> =>
  withClient(address, async client => {
    const folder = await rootOf(client)
    const filled = await measured(() => fill(client, folder, count))
    const first = await measured(() => client.call('folder.list', { folder }))
    let seen = 0
    const all = await measured(async () => {
      let after: string | null | undefined
      do {
        const page = await client.call('folder.list', after ? { folder, after } : { folder })
        seen += page.entries.length
        after = page.next
      } while (after)
    })
    if (seen !== count) throw new Error(`${seen} of ${count} entries were listed`)
    return {
      firstSeconds: first.seconds,
      allSeconds: all.seconds,
      cpuSeconds: all.cpuSeconds,
      fillSeconds: filled.seconds,
    }
  })
