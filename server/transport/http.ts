/** A request as the doors see it. It is complete: its body, if the route takes one, has been read. */
export type HttpRequest = {
  /** Names the request in the log. */
  readonly id: string
  /** In upper case. */
  readonly method: string
  /** As it was sent, still percent-encoded, without the query. */
  readonly path: string
  /** The value of a header, its name in lower case; null if it was not sent. */
  header(name: string): string | null
  /** The client's, from a trusted proxy's header where there is one. */
  readonly address: string
  readonly body: Uint8Array
}

export type HttpHeaders = Readonly<Record<string, string>>

/** Writes one answer. After `closed` every method does nothing. */
export type HttpResponse = {
  /** The answer is complete, or the client has gone. */
  readonly closed: boolean
  /** A whole answer. */
  end(status: number, headers: HttpHeaders, body?: string | Uint8Array): void
  /** The answer to HEAD, or a 304: headers only, with the length that GET would have. */
  endWithoutBody(status: number, headers: HttpHeaders, contentLength: number): void
  /** Begins an answer that comes in pieces, of `contentLength` bytes together. */
  stream(status: number, headers: HttpHeaders, contentLength: number): HttpStream
}

/** The body of an answer in pieces: one write at a time. */
export type HttpStream = {
  /**
   * Resolves true when the network has taken so much that more may come, false when the client has gone.
   * `bytes` must not change until then. The last piece ends the answer.
   */
  write(bytes: Uint8Array): Promise<boolean>
  /** Ends an answer of length 0. */
  end(): void
  /** Breaks the connection, so that the client sees that the body is not whole. */
  abort(): void
}

/** Handles a request. What it throws is logged and answered as 500, or breaks a body that has begun. */
export type Door = (request: HttpRequest, response: HttpResponse) => Promise<void> | void

export type HttpRoute = {
  method: 'get' | 'post' | 'del' | 'any'
  /** As in uWebSockets.js: a trailing `/*` takes everything below. */
  pattern: string
  /** The largest body that is read; 0 by default. */
  maxBodyBytes?: number
  door: Door
}
