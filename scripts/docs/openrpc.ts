import type { Access } from '../../protocol/call.ts'
import { errorSentences, type Reason, rpcCode } from '../../protocol/errors.ts'
import { events } from '../../protocol/events.ts'
import { sliceHeaderBytes } from '../../protocol/frames.ts'
import { limits } from '../../protocol/limits.ts'
import { closeCodes, socketPath, subprotocol } from '../../protocol/rpc.ts'
import { calls } from '../../protocol/table.ts'
import { fieldsOf, jsonSchema } from './json-schema.ts'
import { vocabularySchemas, withReferences } from './vocabulary.ts'

const binaryFrames = {
  description: 'A binary message is one or more slices back to back: a header, then `length` bytes.',
  headerBytes: sliceHeaderBytes,
  byteOrder: 'little-endian',
  header: [
    'u32 stream',
    'u32 chunk index',
    'u32 offset in chunk',
    'u32 length; its top bit: last slice of the chunk',
  ],
}

const errorObjects = (reasons: readonly Reason[]) =>
  reasons.map(reason => ({ code: rpcCode(reason), message: errorSentences[reason], data: { reason } }))

const contents = (schema: Parameters<typeof fieldsOf>[0]) =>
  fieldsOf(schema).map(([name, field, required]) => ({ name, required, schema: withReferences(field) }))

/** The access rule as it stands in the table, always a word or a list. */
const accessRule = (access: Access) => (typeof access === 'string' ? access : [...access])

/** The protocol as an OpenRPC 1.3 document; what OpenRPC has no words for is under `x-` keys. */
export const openRpc = (version: string) => ({
  openrpc: '1.3.2',
  info: {
    title: 'Wherry',
    version,
    description: `JSON-RPC 2.0 in text frames of a WebSocket at ${socketPath}, subprotocol ${subprotocol}; bulk data in binary frames.`,
    license: { name: 'MIT' },
  },
  methods: Object.entries(calls).map(([name, row]) => ({
    name,
    description: row.doc,
    paramStructure: 'by-name',
    params: contents(row.params),
    result: { name: 'result', schema: withReferences(jsonSchema(row.result)) },
    errors: errorObjects(row.errors),
    'x-access': accessRule(row.access),
    'x-once': 'once' in row && row.once === true,
  })),
  components: {
    schemas: Object.fromEntries(
      vocabularySchemas().map(([name, schema]) => [name, withReferences(schema, true)]),
    ),
  },
  'x-events': Object.entries(events).map(([name, row]) => ({
    name,
    description: row.doc,
    params: contents(row.params),
  })),
  'x-errors': errorObjects(Object.keys(errorSentences) as Reason[]),
  'x-binary-frames': binaryFrames,
  'x-close-codes': closeCodes,
  'x-limits': limits,
})
