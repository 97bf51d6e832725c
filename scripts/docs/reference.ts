import type * as v from 'valibot'
import type { Access, CallRow } from '../../protocol/call.ts'
import { errorSentences, type Reason, rpcCode } from '../../protocol/errors.ts'
import { events } from '../../protocol/events.ts'
import { limits } from '../../protocol/limits.ts'
import { closeCodes } from '../../protocol/rpc.ts'
import { calls } from '../../protocol/table.ts'
import { inWords, spelledOut } from './in-words.ts'
import { introduction } from './introduction.ts'
import { fieldsOf } from './json-schema.ts'
import { vocabularySchemas } from './vocabulary.ts'

const cell = (text: string): string => text.replaceAll('|', '\\|')

export const table = (head: string[], rows: string[][]): string =>
  [head, head.map(() => '---'), ...rows].map(row => `| ${row.map(cell).join(' | ')} |`).join('\n')

const accessInWords = (access: Access): string => {
  if (access === 'anyone') return 'anyone, before sign-in too'
  if (access === 'session') return 'any signed-in user'
  if (access === 'administrator') return 'administrators of the hub'
  if (access === 'room') return 'who has a seat in the room'
  return access.map(({ level, of }) => `\`${level}\` on \`${of}\``).join(' and ')
}

const fieldTable = (schema: v.GenericSchema, none: string): string => {
  const fields = fieldsOf(schema)
  if (fields.length === 0) return none
  const rows = fields.map(([name, field, required]) => [
    `\`${name}\``,
    `${inWords(field)}${required ? '' : ` (optional${field.default === undefined ? '' : `, else \`${JSON.stringify(field.default)}\``})`}`,
  ])
  return table(['field', 'value'], rows)
}

const callSection = ([name, row]: [string, CallRow]): string =>
  [
    `### ${name}`,
    row.doc,
    `Who: ${accessInWords(row.access)}.${row.once ? ' Repeated with the same id: one effect, one answer.' : ''}`,
    `**Parameters**\n\n${fieldTable(row.params, 'None.')}`,
    `**Result**\n\n${fieldTable(row.result, 'An empty object.')}`,
    ...(row.errors.length > 0
      ? [`**Errors**: ${row.errors.map(reason => `\`${reason}\``).join(', ')}.`]
      : []),
  ].join('\n\n')

const eventSection = ([name, row]: [string, { doc: string; params: v.GenericSchema }]): string =>
  [`### ${name}`, row.doc, fieldTable(row.params, 'Nothing.')].join('\n\n')

const errorTable = (): string =>
  table(
    ['reason', 'code', 'sentence'],
    Object.entries(errorSentences).map(([reason, sentence]) => [
      `\`${reason}\``,
      String(rpcCode(reason as Reason)),
      sentence,
    ]),
  )

const numberTable = (head: string[], numbers: Record<string, number>): string =>
  table(
    head,
    Object.entries(numbers).map(([name, value]) => [`\`${name}\``, String(value)]),
  )

/** The protocol reference for people, made from the table. */
export const reference = (): string =>
  `${[
    introduction,
    '## Calls',
    ...Object.entries(calls).map(callSection),
    '## Events',
    ...Object.entries(events).map(eventSection),
    '## Values',
    ...vocabularySchemas().map(([name, schema]) => `### ${name}\n\n${spelledOut(schema)}`),
    '## Errors',
    'Every call can also fail for reasons that it does not name: `unauthenticated`, `session_expired`, `invalid_params`, `too_many_requests`, `busy`, `closing`, `internal`.',
    errorTable(),
    '## Close codes',
    numberTable(['why', 'code'], closeCodes),
    '## Limits',
    'Bytes, characters or items, as the name says.',
    numberTable(['limit', 'value'], limits),
  ].join('\n\n')}\n`
