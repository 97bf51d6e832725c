import { limits } from '../../protocol/limits.ts'
import type { Sink } from '../core/api.ts'
import { sizeOf } from './file-place.ts'
import { largeFileSink } from './large-file-sink.ts'
import { smallFileSink } from './small-file-sink.ts'

/**
 * A file of this machine for an entry of the hub. It is written beside its name and gets it when it is whole. Where the file
 * has this very content, it stays; where it has another, `has` fails with `name_taken` unless told to overwrite it, and with
 * `busy` while another command writes a large file to that place. What replaces a file has its mode. Written, not flushed to
 * the disk: as `cp` does.
 */
export const fileSink = (file: string, entry: string, { overwrite = false } = {}): Sink => {
  const place = { file, entry, overwrite }
  let sink: Sink | null = null
  const chosen = (): Sink => {
    if (!sink) throw new Error('the sink was not asked what it has')
    return sink
  }
  return {
    async has(chunks, compared) {
      await sink?.stop(true)
      // What is one chunk in any case is whole or nothing.
      sink = sizeOf(chunks) < limits.chunkMinBytes ? smallFileSink(place) : largeFileSink(place)
      return sink.has(chunks, compared)
    },
    write: async (index, position, bytes) => chosen().write(index, position, bytes),
    finish: async info => chosen().finish(info),
    stop: async keep => sink?.stop(keep),
  }
}
