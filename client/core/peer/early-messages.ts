/** A message takes memory besides its bytes, so small ones count as this much. */
const leastMessageBytes = 1024

/** Messages that come before anybody listens to them, up to so many bytes. */
export const createEarlyMessages = (mostBytes: number) => {
  let kept: Uint8Array<ArrayBuffer>[] = []
  let bytes = 0
  return {
    /** False once these are too many. Keeps a copy, as a message may be a view of much more. */
    keep(message: Uint8Array<ArrayBuffer>): boolean {
      kept.push(message.slice())
      bytes += Math.max(message.length, leastMessageBytes)
      return bytes <= mostBytes
    },
    /** Those that were kept, the first one first. None is kept any more. */
    take(): Uint8Array<ArrayBuffer>[] {
      const all = kept
      kept = []
      bytes = 0
      return all
    },
  }
}
