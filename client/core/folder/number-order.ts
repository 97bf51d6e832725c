const digitValues = 0x1_0000
const digitsOfNumber = 4

/** The bits of each number as four digits of 16 bits, the lowest first, whose order is the numbers' order, or the reverse. */
const toDigits = (numbers: Float64Array, descending: boolean): Uint16Array => {
  const digits = new Uint16Array(numbers.buffer)
  for (let i = 0; i < digits.length; i += digitsOfNumber) {
    const highest = i + digitsOfNumber - 1
    const isNegative = (digits[highest] ?? 0) >= 0x8000
    if (!isNegative) digits[highest] = (digits[highest] ?? 0) ^ 0x8000
    // The digits of negative numbers fall where the numbers rise.
    if (isNegative !== descending) for (let at = i; at <= highest; at++) digits[at] = ~(digits[at] ?? 0)
  }
  return digits
}

/** One stable step of the sort, by the digit at `place`; answers `from` itself where all have the same one. */
const sortByDigit = (digits: Uint16Array, place: number, from: Uint32Array): Uint32Array => {
  const starts = new Uint32Array(digitValues)
  const digitOf = (index: number): number => digits[index * digitsOfNumber + place] ?? 0
  for (let i = 0; i < from.length; i++) {
    const digit = digitOf(from[i] ?? 0)
    starts[digit] = (starts[digit] ?? 0) + 1
  }
  if (starts[digitOf(from[0] ?? 0)] === from.length) return from
  let start = 0
  for (let digit = 0; digit < digitValues; digit++) {
    const count = starts[digit] ?? 0
    starts[digit] = start
    start += count
  }
  const to = new Uint32Array(from.length)
  for (let i = 0; i < from.length; i++) {
    const index = from[i] ?? 0
    const digit = digitOf(index)
    const at = starts[digit] ?? 0
    to[at] = index
    starts[digit] = at + 1
  }
  return to
}

/**
 * `items` by a number of each, which is asked for once; equal ones stay in their order, also descending. A radix sort: it
 * compares nothing, and passes over typed arrays at most four times.
 */
export const sortedByNumber = <T>(
  items: readonly T[],
  numberOf: (item: T) => number,
  descending: boolean,
): T[] => {
  const numbers = new Float64Array(items.length)
  // Plus zero, because -0 is no less than 0.
  for (let i = 0; i < numbers.length; i++) numbers[i] = numberOf(items[i] as T) + 0
  const digits = toDigits(numbers, descending)
  let order: Uint32Array = new Uint32Array(items.length)
  for (let i = 0; i < order.length; i++) order[i] = i
  for (let place = 0; place < digitsOfNumber; place++) order = sortByDigit(digits, place, order)
  const sorted: T[] = []
  for (let i = 0; i < order.length; i++) sorted.push(items[order[i] ?? 0] as T)
  return sorted
}
