/** Puts the parts of a message together in one memory: each part in its own would take much more than its bytes. */
export const createGathering = (mostBytes: number) => {
  let memory: Uint8Array<ArrayBuffer> | null = null
  let length = 0
  return {
    /** Bytes of the parts so far. */
    get length(): number {
      return length
    },
    /** False for an empty part, and for more than a message may have: it was not taken then. */
    add(part: Uint8Array): boolean {
      if (part.length === 0 || length + part.length > mostBytes) return false
      memory ??= new Uint8Array(mostBytes)
      memory.set(part, length)
      length += part.length
      return true
    },
    /** The message; the next part begins another one. */
    take(): Uint8Array<ArrayBuffer> {
      const message = (memory ?? new Uint8Array(0)).subarray(0, length)
      memory = null
      length = 0
      return message
    },
  }
}
