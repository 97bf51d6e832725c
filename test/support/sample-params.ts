import * as v from 'valibot'
import type { CallName } from '../../protocol/table.ts'
import { calls } from '../../protocol/table.ts'

type Schema = v.GenericSchema & Record<string, unknown>

const texts = ['A'.repeat(22), 'a'.repeat(64), 'someone@example.org', 'text', 'x'.repeat(16)]
const numbers = [1, 0, 100]

const firstValid = (schema: v.GenericSchema, candidates: readonly unknown[]): unknown => {
  const found = candidates.find(candidate => v.is(schema, candidate))
  if (found === undefined) throw new Error(`no sample for a schema of type ${schema.type}`)
  return found
}

/** A value that the schema takes. */
export const sampleOf = (given: v.GenericSchema): unknown => {
  const schema = given as Schema
  switch (schema.type) {
    case 'strict_object':
      return Object.fromEntries(
        Object.entries(schema.entries as Record<string, v.GenericSchema>)
          .filter(([, field]) => field.type !== 'optional')
          .map(([name, field]) => [name, sampleOf(field)]),
      )
    case 'array':
      return [sampleOf(schema.item as v.GenericSchema)]
    case 'optional':
    case 'nullable':
      return sampleOf(schema.wrapped as v.GenericSchema)
    case 'picklist':
    case 'literal':
      return (schema.options as unknown[] | undefined)?.[0] ?? schema.literal
    case 'variant':
      return sampleOf((schema.options as v.GenericSchema[])[0] as v.GenericSchema)
    default:
      return firstValid(schema, [...texts, ...numbers, false])
  }
}

/** A value of the right type that is beyond every bound; undefined where the type has none. */
const tooMuchFor = (schema: v.GenericSchema): unknown => {
  const { type, wrapped, item } = schema as Schema
  if (type === 'optional' || type === 'nullable') return tooMuchFor(wrapped as v.GenericSchema)
  if (type === 'string') return 'x'.repeat(20_000)
  if (type === 'number') return 1e300
  return type === 'array' ? Array(1001).fill(sampleOf(item as v.GenericSchema)) : undefined
}

const isNumber = (schema: v.GenericSchema): boolean => {
  const { type, wrapped } = schema as Schema
  return (
    type === 'number' ||
    ((type === 'optional' || type === 'nullable') && isNumber(wrapped as v.GenericSchema))
  )
}

export type BrokenParams = { what: string; field: string; params: Record<string, unknown> }

/** Parameters of a call that its schema takes. */
export const sampleParams = (name: CallName): Record<string, unknown> =>
  sampleOf(calls[name].params) as Record<string, unknown>

/** The same with one thing wrong each: a field of the wrong type, one beyond its bounds, a missing one, an unknown one. */
export const brokenParams = (name: CallName): BrokenParams[] => {
  const good = sampleParams(name)
  const broken: BrokenParams[] = [
    { what: 'an unknown field', field: 'surprise', params: { ...good, surprise: 1 } },
  ]
  const fields = Object.entries(calls[name].params.entries as Record<string, v.GenericSchema>)
  for (const [field, schema] of fields) {
    const wrong = isNumber(schema) ? 'seventeen' : 17
    broken.push({ what: `a wrong ${field}`, field, params: { ...good, [field]: wrong } })
    const tooMuch = tooMuchFor(schema)
    if (tooMuch !== undefined)
      broken.push({ what: `too much ${field}`, field, params: { ...good, [field]: tooMuch } })
    if (schema.type === 'optional') continue
    const { [field]: _, ...rest } = good
    broken.push({ what: `no ${field}`, field, params: rest })
  }
  return broken
}
