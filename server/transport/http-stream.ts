import type { HttpResponse as UwsResponse } from 'uWebSockets.js'
import type { HttpStream } from './http.ts'

/** What may have changed under an answer; after `aborted` and `ended` uWebSockets.js must not be touched any more. */
export type ResponseState = {
  aborted: boolean
  begun: boolean
  ended: boolean
  /** The write that waits for the network. */
  waiting: { resolve: (taken: boolean) => void; attempt: () => boolean } | null
}

/** Writes one piece and waits until all of it was taken. `tryEnd` resumes at the write offset. */
const writePiece = (
  res: UwsResponse,
  state: ResponseState,
  bytes: Uint8Array,
  total: number,
): Promise<boolean> =>
  new Promise(resolve => {
    const start = res.getWriteOffset()
    const attempt = (): boolean => {
      const from = res.getWriteOffset() - start
      const [ok, done] = res.tryEnd(from === 0 ? bytes : bytes.subarray(from), total)
      state.ended = done
      return ok || done
    }
    let taken = false
    res.cork(() => {
      taken = attempt()
    })
    if (taken) resolve(true)
    else state.waiting = { resolve, attempt }
  })

/**
 * Registered once for each answer: a handler that is set while another one runs, which is what a write right after a
 * write does, would be lost in uWebSockets.js.
 */
const onWritable = (state: ResponseState) => (): boolean => {
  const { waiting } = state
  if (state.aborted || waiting === null) return true
  if (!waiting.attempt()) return false
  state.waiting = null
  waiting.resolve(true)
  return true
}

/** The body of an answer that comes in pieces. */
export const httpStream = (res: UwsResponse, state: ResponseState, contentLength: number): HttpStream => {
  if (!state.aborted && !state.ended) res.onWritable(onWritable(state))
  return {
    write: async bytes => {
      if (state.aborted || state.ended) return false
      if (bytes.length === 0) return true
      return writePiece(res, state, bytes, contentLength)
    },
    end: () => {
      if (state.aborted || state.ended) return
      state.ended = true
      res.cork(() => res.endWithoutBody(0))
    },
    abort: () => {
      if (!state.aborted && !state.ended) res.close()
    },
  }
}
