/**
 * As `to.set(from, at)`, which goes byte by byte between shared memory and memory that is aligned otherwise: Node copies a
 * part of a Buffer by memmove (10 against 3.3 GiB/s in chunks of 1 MiB).
 */
export const copyBytes = (from: Uint8Array, to: Uint8Array, at: number): void => {
  Buffer.from(from.buffer).copy(to, at, from.byteOffset, from.byteOffset + from.length)
}
