import * as values from '../../protocol/values.ts'
import { type JsonSchema, jsonSchema } from './json-schema.ts'

const { id, hash, time, level, reason, person, user, session, entry, change, space, subject, grant } = values
const { chunkRef, chunking, unfinishedUpload, transferProgress } = values

/** The values that documents describe once and name everywhere else, the simple ones first. */
const vocabulary = {
  ...{ id, hash, time, level, reason, person, user, session, entry, change, space, subject, grant },
  ...{ chunkRef, chunking, unfinishedUpload, transferProgress },
}

const nameBySchema = new Map(
  Object.entries(vocabulary).map(([name, schema]) => [JSON.stringify(jsonSchema(schema)), name]),
)

/** The name of a schema that is in the vocabulary. */
export const nameOf = (schema: JsonSchema): string | undefined => nameBySchema.get(JSON.stringify(schema))

/** Each value of the vocabulary by its name. */
export const vocabularySchemas = (): [string, JsonSchema][] =>
  Object.entries(vocabulary).map(([name, schema]) => [name, jsonSchema(schema)])

/** `schema` with references in place of the parts that are in the vocabulary. */
export const withReferences = (schema: unknown, isRoot = false): unknown => {
  if (Array.isArray(schema)) return schema.map(part => withReferences(part))
  if (schema === null || typeof schema !== 'object') return schema
  const name = isRoot ? undefined : nameOf(schema as JsonSchema)
  if (name !== undefined) return { $ref: `#/components/schemas/${name}` }
  return Object.fromEntries(Object.entries(schema).map(([key, part]) => [key, withReferences(part)]))
}
