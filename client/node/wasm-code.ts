/** What is used here of WebAssembly's binary format (WebAssembly Core Specification 2.0, chapter 5). */
const op = {
  ...{ loop: 0x03, if: 0x04, end: 0x0b, branchIf: 0x0d, return: 0x0f },
  ...{ get: 0x20, set: 0x21, tee: 0x22, load: 0x28, loadByte: 0x2d, number: 0x41 },
  ...{ isZero: 0x45, isLess: 0x49, add: 0x6a, and: 0x71, shiftLeft: 0x74 },
}
const i32 = 0x7f
const noResult = 0x40
const [from, to, hash, mask] = [0, 1, 2, 3]
const bytesInRound = 8

/** An unsigned number in LEB128. */
const leb = (value: number): number[] =>
  value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...leb(value >>> 7)]

const sized = (bytes: readonly number[]): number[] => [...leb(bytes.length), ...bytes]
const section = (id: number, ...bytes: number[]): number[] => [id, ...sized(bytes)]
const name = (text: string): number[] => sized([...new TextEncoder().encode(text)])

/** `hash = (hash << 1) + gear[memory[from + k]]`, and the place behind it is answered if it has zeros under the mask. */
const step = (k: number, gearAt: number): number[] => [
  ...[op.get, hash, op.number, 1, op.shiftLeft],
  ...[op.get, from, op.loadByte, 0, k, op.number, 2, op.shiftLeft, op.load, 2, ...leb(gearAt), op.add],
  ...[op.tee, hash, op.get, mask, op.and, op.isZero, op.if, noResult],
  ...[op.get, from, op.number, k + 1, op.add, op.return, op.end],
]

/** The steps of a round, again until `from` has come to `to`; then zero is answered. */
const search = (gearAt: number): number[] => [
  ...[op.loop, noResult],
  ...Array.from({ length: bytesInRound }, (_, k) => step(k, gearAt)).flat(),
  ...[op.get, from, op.number, bytesInRound, op.add, op.tee, from, op.get, to, op.isLess, op.branchIf, 0],
  ...[op.end, op.number, 0, op.end],
]

/**
 * A module that exports `search(from, to, hash, mask)`: the place behind the first byte from `from` on whose gear hash has
 * zeros under the mask, or 0 if there is none before `to`, which is one or more rounds of 8 bytes away. Places are addresses
 * in the imported memory, where the gear table lies at `gearAt`.
 */
export const searchModule = (gearAt: number, memoryPages: number): Uint8Array<ArrayBuffer> => {
  const shared = 3
  const functionType = [0x60, 4, i32, i32, i32, i32, 1, i32]
  const code = [0, ...search(gearAt)]
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, 1, ...functionType),
    ...section(2, 1, ...name('host'), ...name('memory'), 2, shared, 1, ...leb(memoryPages)),
    ...section(3, 1, 0),
    ...section(7, 1, ...name('search'), 0, 0),
    ...section(10, 1, ...sized(code)),
  ])
}
