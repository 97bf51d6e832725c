import { decodeSlices, sliceHeaderBytes } from '../../protocol/frames.ts'

/** A part of a binary message: slices of one stream that follow each other, with their headers. */
export type StreamRun = { stream: number; slices: number; message: Uint8Array }

/** The runs of a message, as views of it. Throws `invalid_frame` as decodeSlices does, before the first one is given. */
export const runsOf = (message: Uint8Array): StreamRun[] => {
  const runs: StreamRun[] = []
  let from = 0
  let to = 0
  for (const { stream, bytes } of decodeSlices(message)) {
    const last = runs.at(-1)
    const isSame = last !== undefined && last.stream === stream
    if (!isSame) from = to
    to += sliceHeaderBytes + bytes.length
    const run = { stream, slices: isSame ? last.slices + 1 : 1, message: message.subarray(from, to) }
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
