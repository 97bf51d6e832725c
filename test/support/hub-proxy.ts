import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, request } from 'node:http'
import { type RawData, WebSocket, WebSocketServer } from 'ws'
import type { Role } from '../../client/core/peer/api.ts'

/** A frame of a socket: text as it is, or the bytes of a binary message. */
export type Frame = string | Uint8Array<ArrayBuffer>
export type End = 'client' | 'hub'

/** One connection that goes through the proxy. `role`: what it called room.create or room.join for, so far. */
export type Passage = {
  readonly role: Role | null
  /** Hands over a frame that nobody sent. */
  inject(to: End, frame: Frame): void
  /** Breaks it, for both. */
  cut(): void
}

export type Passing = {
  /** What goes on instead of a frame, in order; each is waited for before the next. By default the frame itself. */
  pass?(frame: Frame, to: End, passage: Passage): readonly Frame[] | Promise<readonly Frame[]>
  /** Hears every frame as it came, those of plain HTTP included. */
  record?(frame: Frame, from: End): void
}

export type HubProxy = {
  readonly url: string
  readonly port: number
  readonly passages: ReadonlySet<Passage>
  close(): Promise<void>
}

/** Above it the other end is not read from. */
const mostBufferedBytes = 8 * 1024 * 1024

const asFrame = (data: RawData, isBinary: boolean): Frame => {
  const bytes = Buffer.isBuffer(data) ? data : Buffer.from(data as ArrayBuffer)
  return isBinary ? new Uint8Array(bytes) : bytes.toString('utf8')
}

const roleOf = (frame: Frame): Role | null => {
  if (typeof frame !== 'string') return null
  if (frame.includes('"room.create"')) return 'sender'
  return frame.includes('"room.join"') || frame.includes('"room.accept"') ? 'receiver' : null
}

const join = (client: WebSocket, hub: WebSocket, { pass, record }: Passing): Passage => {
  let role: Role | null = null
  const ends = { client, hub }
  const cut = () => {
    client.terminate()
    hub.terminate()
  }
  const send = (to: End, frame: Frame): Promise<void> =>
    new Promise(resolve => {
      if (ends[to].readyState === WebSocket.OPEN) ends[to].send(frame, () => resolve())
      else resolve()
    })
  const passage: Passage = {
    get role() {
      return role
    },
    inject: (to, frame) => void send(to, frame),
    cut,
  }

  const carry = (from: End, to: End) => {
    let before: Promise<unknown> = Promise.resolve()
    ends[from].on('message', (data: RawData, isBinary) => {
      const frame = asFrame(data, isBinary)
      if (from === 'client') role = roleOf(frame) ?? role
      record?.(frame, from)
      before = before.then(async () => {
        const passed = (await pass?.(frame, to, passage)) ?? [frame]
        for (const one of passed) {
          const sent = send(to, one)
          if (ends[to].bufferedAmount <= mostBufferedBytes) continue
          ends[from].pause()
          await sent
          ends[from].resume()
        }
      })
    })
    ends[from].on('error', cut)
    // What it said last still gets through.
    ends[from].on('close', () => void before.then(() => setTimeout(cut, 20)))
  }
  carry('client', 'hub')
  carry('hub', 'client')
  return passage
}

/**
 * A proxy before a real hub, for its socket and its pages. It may do to frames what an evil hub could, because what comes
 * out of it is all that clients know of the hub.
 */
export const hubProxy = async (hubUrl: string, passing: Passing = {}): Promise<HubProxy> => {
  const passages = new Set<Passage>()
  const target = new URL(hubUrl)
  /** Pages of the proxy are to the hub as its own. */
  const atTarget = (headers: IncomingHttpHeaders): IncomingHttpHeaders =>
    headers.origin ? { ...headers, origin: target.origin } : headers

  const server = createServer((from, to) => {
    const headers = atTarget(from.headers)
    const onward = request(new URL(from.url ?? '/', target), { method: from.method, headers })
    onward.on('response', answer => {
      to.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(to)
    })
    onward.on('error', () => to.destroy())
    from.on('data', (piece: Buffer) => passing.record?.(piece.toString('latin1'), 'client'))
    from.pipe(onward)
  })

  const sockets = new WebSocketServer({
    server,
    perMessageDeflate: false,
    handleProtocols: protocols => [...protocols][0] ?? false,
  })
  sockets.on('connection', (client, { url = '/', headers }) => {
    const { origin, cookie, 'user-agent': agent } = atTarget(headers)
    const kept = {
      ...(origin && { origin }),
      ...(cookie && { cookie }),
      ...(agent && { 'user-agent': agent }),
    }
    const address = new URL(url, target.href.replace('http', 'ws'))
    const hub = new WebSocket(address, client.protocol, { perMessageDeflate: false, headers: kept })
    client.pause()
    const passage = join(client, hub, passing)
    passages.add(passage)
    hub.on('open', () => client.resume())
    client.on('close', () => passages.delete(passage))
  })

  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    url: `http://localhost:${address.port}`,
    port: address.port,
    passages,
    async close() {
      for (const passage of passages) passage.cut()
      sockets.close()
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
