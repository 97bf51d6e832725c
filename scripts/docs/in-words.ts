import type { JsonSchema } from './json-schema.ts'
import { nameOf } from './vocabulary.ts'

const range = (least: number | undefined, most: number | undefined): string => {
  if (most === undefined || most === Number.MAX_SAFE_INTEGER) return least ? `, at least ${least}` : ''
  return `, ${least ?? 0} to ${most}`
}

/** A schema in a few words, for a table; by its name if it has one. */
export const inWords = (schema: JsonSchema): string => {
  const name = nameOf(schema)
  return name === undefined ? spelledOut(schema) : `[${name}](#${name.toLowerCase()})`
}

/** A schema in a few words, though it has a name. */
export const spelledOut = (schema: JsonSchema): string => {
  if ('const' in schema) return `\`${JSON.stringify(schema.const)}\``
  if (schema.enum) return schema.enum.map(value => `\`${JSON.stringify(value)}\``).join(' or ')
  const choices = schema.anyOf ?? schema.oneOf
  if (choices) return choices.map(inWords).join(' or ')
  if (schema.type === 'array')
    return `list${range(schema.minItems, schema.maxItems)}, of ${inWords(schema.items ?? {})}`
  if (schema.type === 'object' && schema.properties) {
    const fields = Object.entries(schema.properties).map(
      ([name, field]) => `${name}${schema.required?.includes(name) ? '' : '?'}: ${inWords(field)}`,
    )
    return `{ ${fields.join('; ')} }`
  }
  if (schema.pattern) return `text like \`${schema.pattern}\``
  if (schema.type === 'string') return `text${range(schema.minLength, schema.maxLength)}`
  if (schema.type === 'integer' || schema.type === 'number')
    return `number${range(schema.minimum, schema.maximum)}`
  return schema.type ?? 'anything'
}
