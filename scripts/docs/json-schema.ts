import { toJsonSchema } from '@valibot/to-json-schema'
import type * as v from 'valibot'

/** The parts of JSON Schema that our schemas become. */
export type JsonSchema = {
  type?: string
  const?: unknown
  enum?: unknown[]
  anyOf?: JsonSchema[]
  oneOf?: JsonSchema[]
  items?: JsonSchema
  properties?: Record<string, JsonSchema>
  required?: string[]
  default?: unknown
  minimum?: number
  maximum?: number
  minLength?: number
  maxLength?: number
  minItems?: number
  maxItems?: number
  pattern?: string
}

/** What travels, as JSON Schema. Checks in code (names without `/`) are told in words, not here. */
export const jsonSchema = (schema: v.GenericSchema): JsonSchema => {
  const { $schema: _, ...rest } = toJsonSchema(schema, { typeMode: 'input', errorMode: 'ignore' })
  return rest as JsonSchema
}

export const fieldsOf = (schema: v.GenericSchema): [string, JsonSchema, boolean][] => {
  const { properties = {}, required = [] } = jsonSchema(schema)
  return Object.entries(properties).map(([name, field]) => [name, field, required.includes(name)])
}
