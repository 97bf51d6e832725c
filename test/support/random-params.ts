import type * as v from 'valibot'

type Schema = v.GenericSchema & Record<string, unknown>
type Pick = <T>(from: readonly T[]) => T

const oddValues: readonly unknown[] = [
  null,
  true,
  -1,
  0.5,
  1e308,
  2 ** 31,
  2 ** 53,
  '',
  'x'.repeat(3_000),
  '\ud800',
  '../..',
  'nul\0',
  '__proto__',
  [],
  {},
  [[]],
  { __proto__: 1 },
]
const texts = [
  'Ärger',
  'report.pdf',
  'a'.repeat(64),
  'ada@example.org',
  '👩‍👩‍👧',
  'CON',
  '..',
  'x'.repeat(255),
]
const numbers = [0, 1, 2, 255, 4096, 2 ** 20, 2 ** 32 - 1]

/** Values for a schema: mostly ones that it takes, built from `ids` that exist, now and then ones that it must refuse. */
export const randomValue = (
  given: v.GenericSchema,
  ids: readonly string[],
  random: () => number,
): unknown => {
  const pick: Pick = from => from[Math.floor(random() * from.length)] as never
  const value = (schema: Schema): unknown => {
    if (random() < 0.03) return pick(oddValues)
    switch (schema.type) {
      case 'strict_object': {
        const fields = Object.entries(schema.entries as Record<string, Schema>)
        return Object.fromEntries(
          fields
            .filter(([, field]) => field.type !== 'optional' || random() < 0.5)
            .map(([name, field]) => [name, value(field)]),
        )
      }
      case 'array':
        return Array.from({ length: 1 + Math.floor(random() * 3) }, () => value(schema.item as Schema))
      case 'nullable':
        return random() < 0.3 ? null : value(schema.wrapped as Schema)
      case 'optional':
        return value(schema.wrapped as Schema)
      case 'picklist':
        return pick(schema.options as unknown[])
      case 'literal':
        return schema.literal
      case 'variant':
        return value(pick(schema.options as Schema[]))
      case 'boolean':
        return random() < 0.5
      case 'number':
        return pick(numbers)
      default:
        return random() < 0.6 ? pick(ids) : pick(texts)
    }
  }
  return value(given as Schema)
}

/** The same numbers for the same seed (mulberry32), from 0 to below 1. */
export const seededRandom = (seed: number): (() => number) => {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
