import * as v from 'valibot'
import { call } from '../call.ts'
import { limits } from '../limits.ts'
import { count, entry, id, level, listOf, name, seq, space } from '../values.ts'

const onEntryClash = v.optional(v.picklist(['fail', 'keepBoth']), 'fail')
/** Of a single entry: the name that it gets in the folder. */
const nameThere = v.optional(name)
/** For taking back: only where nobody went on with it. */
const unchangedSince = v.optional(seq)
const entriesParam = listOf(id, limits.entriesBatch, 1)
const entriesResult = v.strictObject({ entries: listOf(entry, limits.entriesBatch) })

export const entryCalls = {
  'entry.get': call({
    doc: 'An entry, the folders above it that the caller may read (outermost first), and what the caller may do.',
    access: [{ level: 'read', of: 'entry' }],
    params: v.strictObject({ entry: id }),
    result: v.strictObject({
      entry,
      level,
      space,
      path: listOf(v.strictObject({ id, name: v.string() }), limits.pathNames),
    }),
    errors: [],
  }),
  'entry.resolve': call({
    doc: 'The entry at a path of names below the root of a space. Folders on the way need not be readable; the entry has to be.',
    access: 'session',
    params: v.strictObject({ space: id, path: listOf(name, limits.pathNames) }),
    result: v.strictObject({ entry, level }),
    errors: ['not_found'],
  }),
  'entry.sum': call({
    doc: 'How many files and folders are in folders, at any depth, and their bytes as they are now. Takes seconds where there are very many. Those of one user are made one after the other.',
    access: [{ level: 'read', of: 'entries' }],
    params: v.strictObject({ entries: entriesParam }),
    result: v.strictObject({ files: count(), folders: count(), bytes: count() }),
    errors: ['cancelled'],
  }),
  'entry.rename': call({
    doc: 'Gives an entry another name in its folder. `unchangedSince`: only if nobody else changed it after that change number of its space.',
    access: [{ level: 'write', of: 'entry' }],
    once: true,
    params: v.strictObject({ entry: id, name, unchangedSince }),
    result: v.strictObject({ entry }),
    errors: ['name_taken', 'forbidden', 'conflict'],
  }),
  'entry.move': call({
    doc: 'Moves entries into a folder, all or none. Folders move with all that is in them, in one step, to another space at most 50,000 entries (`too_large`: they can be copied there instead); what is in the folder already stays as it is. `name`: of a single entry, the name it gets there. `name_taken` has the ids of those whose names are, as `taken`. What was granted on them or in them stays only if the caller is an administrator of the folder in the end, and is taken back otherwise; who asks with `tellDropped` is answered how many grants that were. `unchangedSince`: only if nobody else changed one of them after that change number of their space.',
    access: [
      { level: 'delete', of: 'entries' },
      { level: 'write', of: 'folder' },
    ],
    once: true,
    params: v.strictObject({
      entries: entriesParam,
      folder: id,
      onClash: onEntryClash,
      unchangedSince,
      name: nameThere,
      /** Older clients take no other answer than they know. */
      tellDropped: v.optional(v.boolean(), false),
    }),
    result: v.strictObject({ ...entriesResult.entries, droppedGrants: v.optional(count()) }),
    errors: [
      'name_taken',
      'invalid_move',
      'not_a_folder',
      'quota_exceeded',
      'forbidden',
      'too_large',
      'conflict',
    ],
  }),
  'entry.copy': call({
    doc: 'Copies entries into a folder, all or none. No bytes are copied, however large they are; the quota counts them. `name`: of a single entry, the name it gets there. `name_taken` has the ids of those whose names are, as `taken`. A copy of many entries takes its time, and is in the folder when it is complete: what changes meanwhile in what is copied is in it or not. `conflict` if a folder of that is deleted meanwhile, or moved where the caller may not read it.',
    access: [
      { level: 'read', of: 'entries' },
      { level: 'write', of: 'folder' },
    ],
    once: true,
    params: v.strictObject({ entries: entriesParam, folder: id, onClash: onEntryClash, name: nameThere }),
    result: entriesResult,
    errors: ['name_taken', 'invalid_move', 'not_a_folder', 'quota_exceeded', 'too_large', 'conflict'],
  }),
  'entry.delete': call({
    doc: 'Deletes entries with all that is in them, all or none, for ever. They are out of reach at once; the quota that a large folder took comes back within seconds. `unchangedSince`: only if nothing of them or in them changed after that change number of their space.',
    access: [{ level: 'delete', of: 'entries' }],
    once: true,
    params: v.strictObject({ entries: entriesParam, unchangedSince }),
    result: v.strictObject({ removed: count() }),
    errors: ['forbidden', 'conflict'],
    logged: [],
  }),
}
