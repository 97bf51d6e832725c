import { decodeSlices, relayCredit, sliceHeaderBytes } from '../../protocol/frames.ts'

/** A part of a binary message: slices of one stream that follow each other, with their headers, and what they cost. */
export type StreamRun = { stream: number; credit: number; message: Uint8Array }

/** The runs of a message, as views of it. Throws `invalid_frame` as decodeSlices does, before the first one is given. */
export const runsOf = (message: Uint8Array): StreamRun[] => {
  const runs: StreamRun[] = []
  let from = 0
  let to = 0
  for (const slice of decodeSlices(message)) {
    const { stream, bytes } = slice
    const last = runs.at(-1)
    const isSame = last !== undefined && last.stream === stream
    if (!isSame) from = to
    to += sliceHeaderBytes + bytes.length
    const credit = (isSame ? last.credit : 0) + relayCredit(slice)
    const run = { stream, credit, message: message.subarray(from, to) }
    if (isSame) runs[runs.length - 1] = run
    else runs.push(run)
  }
  return runs
}

/** Gives all slices of a run another stream, in place: nothing else of them changes. */
export const writeStream = (run: Uint8Array, stream: number): void => {
  const view = new DataView(run.buffer, run.byteOffset, run.byteLength)
  for (const { bytes } of decodeSlices(run)) {
    view.setUint32(bytes.byteOffset - run.byteOffset - sliceHeaderBytes, stream, true)
  }
}
