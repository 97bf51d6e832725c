import type { PeerSource } from '../api.ts'

/** Chunks that were read last: receivers that are about as far share them. */
const mostKept = 32

/** The same sources for several receivers: what one reads is not read again for the next, if it comes soon after. */
export const shareSources = (sources: readonly PeerSource[]): PeerSource[] => {
  const kept = new Map<string, Promise<Uint8Array>>()

  const read = (source: PeerSource, index: number, start: number, length: number): Promise<Uint8Array> => {
    if (length === 0) return source.read(start, length)
    const key = `${index}:${start}:${length}`
    const there = kept.get(key)
    if (there) return there
    const reading = source.read(start, length)
    kept.set(key, reading)
    reading.catch(() => kept.delete(key))
    const [oldest] = kept.keys()
    if (kept.size > mostKept && oldest !== undefined) kept.delete(oldest)
    return reading
  }

  return sources.map((source, index) => ({
    ...source,
    file: source.file,
    read: (start, length) => read(source, index, start, length),
  }))
}
