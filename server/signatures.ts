/**
 * Where file-type 22 looks for signatures, and the first bytes of those that it knows there. Its answer for bytes that have
 * none takes 10 to 50 microseconds and 12 KB of memory, which is a fifth of what storing a small file takes.
 */
const marks: readonly [place: number, firstBytes: string][] = [
  [
    0,
    '\x00\x04\x06\x0b\x1a\x1f!#$%(-.078<ABCDEFGIKLMNOPRSW`bcfgirstwx~\x7f\x89\xa1\xab\xc5\xc7\xca\xce\xcf\xd0\xd4\xed\xef\xfd\xfe\xff',
  ],
  [2, '-'],
  [4, 'fmwG'],
  [7, '*'],
  [34, 'L'],
  [36, 'a'],
  [44, 'S'],
  [60, 'B'],
  [128, 'D'],
  [257, 'u\x00'],
]

const known = marks.map(([place, bytes]) => ({
  place,
  bytes: new Set([...bytes].map(byte => byte.charCodeAt(0))),
}))

/** False for bytes of which file-type can say nothing. */
export const mayHaveSignature = (head: Uint8Array): boolean =>
  known.some(({ place, bytes }) => bytes.has(head[place] ?? -1))
