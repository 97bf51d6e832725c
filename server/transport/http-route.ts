import type { HttpRequest as UwsRequest, HttpResponse as UwsResponse } from 'uWebSockets.js'
import type { HttpHeaders, HttpRequest, HttpResponse, HttpRoute } from './http.ts'
import { httpStream, type ResponseState } from './http-stream.ts'

const reasonPhrases: Record<number, string> = {
  200: 'OK',
  204: 'No Content',
  206: 'Partial Content',
  304: 'Not Modified',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  410: 'Gone',
  412: 'Precondition Failed',
  413: 'Content Too Large',
  416: 'Range Not Satisfiable',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
}

/** The status line's text for a number. */
export const statusLine = (status: number): string => `${status} ${reasonPhrases[status] ?? 'Status'}`

type Failed = (error: unknown, request: HttpRequest) => void

const writeHead = (res: UwsResponse, status: number, headers: HttpHeaders): void => {
  res.writeStatus(statusLine(status))
  for (const [name, value] of Object.entries(headers)) res.writeHeader(name, value)
}

const responseOf = (res: UwsResponse, state: ResponseState, isCrowded: () => boolean): HttpResponse => {
  const answer = (write: () => void): void => {
    if (state.aborted || state.begun) return
    state.begun = true
    state.ended = true
    res.cork(write)
  }
  return {
    get closed() {
      return state.aborted || state.ended
    },
    end: (status, headers, body) =>
      answer(() => {
        writeHead(res, status, headers)
        res.end(body, isCrowded())
      }),
    endWithoutBody: (status, headers, contentLength) =>
      answer(() => {
        writeHead(res, status, headers)
        // Told of the length, uWebSockets.js waits for the body: it would take no other request, and let no timeout end it.
        res.writeHeader('content-length', `${contentLength}`)
        // It cannot close what has no length: the client is asked to, and idle connections are closed anyway.
        if (isCrowded()) res.writeHeader('connection', 'close')
        res.endWithoutBody()
      }),
    stream: (status, headers, contentLength) => {
      const first = !state.begun && !state.aborted
      state.begun = true
      if (first) res.cork(() => writeHead(res, status, headers))
      return httpStream(res, state, contentLength)
    },
  }
}

const fail = (
  error: unknown,
  request: HttpRequest,
  res: UwsResponse,
  state: ResponseState,
  failed: Failed,
): void => {
  failed(error, request)
  if (state.aborted || state.ended) return
  if (state.begun) {
    res.close()
    return
  }
  state.begun = true
  state.ended = true
  res.cork(() => {
    writeHead(res, 500, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' })
    res.end(`Something went wrong inside the hub. Its log says what, under ${request.id}.\n`)
  })
}

const run = async (
  route: HttpRoute,
  request: HttpRequest,
  res: UwsResponse,
  state: ResponseState,
  { failed, isCrowded }: RouteContext,
): Promise<void> => {
  try {
    await route.door(request, responseOf(res, state, isCrowded))
    if (!state.aborted && !state.ended) throw new Error('The door returned without an answer.')
  } catch (error) {
    fail(error, request, res, state, failed)
  }
}

const readBody = (
  res: UwsResponse,
  state: ResponseState,
  maxBytes: number,
  done: (body: Uint8Array | null) => void,
): void => {
  const parts: Buffer[] = []
  let total = 0
  let settled = false
  res.onData((part, isLast) => {
    if (settled || state.aborted) return
    total += part.byteLength
    settled = isLast || total > maxBytes
    // The bytes are gone when this function returns: they are copied.
    if (total <= maxBytes) parts.push(Buffer.from(part.slice(0)))
    if (settled) done(total <= maxBytes ? Buffer.concat(parts) : null)
  })
}

/** Values by name in lower case; those of a header in several lines are joined, as RFC 9110 section 5.2 has it. */
export const headersOf = (req: UwsRequest): Map<string, string> => {
  const headers = new Map<string, string>()
  req.forEach((name, value) => {
    const before = headers.get(name)
    headers.set(name, before === undefined ? value : `${before}, ${value}`)
  })
  return headers
}

export type RouteContext = {
  newId: () => string
  address: (peer: string, header: (name: string) => string | null) => string
  failed: Failed
  /** True while an answer should end its connection. */
  isCrowded: () => boolean
}

/** The one wrapper around HTTP handlers of uWebSockets.js: it always answers, and never touches an answer that was aborted. */
export const httpHandler =
  (route: HttpRoute, context: RouteContext) =>
  (res: UwsResponse, req: UwsRequest): void => {
    const state: ResponseState = { aborted: false, begun: false, ended: false, waiting: null }
    res.onAborted(() => {
      state.aborted = true
      state.waiting?.resolve(false)
    })
    const headers = headersOf(req)
    const header = (name: string): string | null => headers.get(name) ?? null
    const request: Omit<HttpRequest, 'body'> = {
      id: context.newId(),
      method: req.getCaseSensitiveMethod().toUpperCase(),
      path: req.getUrl(),
      header,
      address: context.address(Buffer.from(res.getRemoteAddressAsText()).toString(), header),
    }
    if (route.maxBodyBytes === undefined) {
      void run(route, { ...request, body: new Uint8Array(0) }, res, state, context)
      return
    }
    readBody(res, state, route.maxBodyBytes, body => {
      if (body !== null) void run(route, { ...request, body }, res, state, context)
      else responseOf(res, state, () => true).end(413, { 'content-type': 'text/plain' }, 'Too large.\n')
    })
  }
