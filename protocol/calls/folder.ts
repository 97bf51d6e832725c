import * as v from 'valibot'
import { call } from '../call.ts'
import { limits } from '../limits.ts'
import {
  change,
  count,
  entry,
  id,
  level,
  listOf,
  name,
  person,
  seq,
  space,
  text,
  transferProgress,
} from '../values.ts'

export const folderCalls = {
  'space.list': call({
    doc: "The spaces whose root the caller may read, and the entries in others' spaces that were shared with the caller: those with a grant to the caller before those with grants to everyone only. `name`: only spaces of that name and what is in them.",
    access: 'session',
    params: v.strictObject({ name: v.optional(text(limits.nameBytes, 1)) }),
    result: v.strictObject({
      spaces: listOf(space, limits.listItems),
      shared: listOf(
        v.strictObject({ entry, level, spaceName: v.string(), path: listOf(v.string(), limits.pathNames) }),
        limits.listItems,
      ),
      /** There are more of either than fit. Sent only then: clients from before know no such field. */
      more: v.optional(v.literal(true)),
    }),
    errors: [],
  }),
  'folder.create': call({
    doc: 'Makes a folder. With `reuse`, a folder that has the name already is the answer.',
    access: [{ level: 'write', of: 'folder' }],
    once: true,
    params: v.strictObject({ folder: id, name, onClash: v.picklist(['fail', 'keepBoth', 'reuse']) }),
    result: v.strictObject({ entry, created: v.boolean() }),
    errors: ['name_taken', 'not_a_folder', 'too_large', 'quota_exceeded'],
  }),
  'folder.list': call({
    doc: 'A page of a folder, folders first. Pages are joined by `next`; entries that change while paging arrive as changes.',
    access: [{ level: 'read', of: 'folder' }],
    params: v.strictObject({
      folder: id,
      order: v.optional(v.picklist(['name', 'size', 'modified']), 'name'),
      descending: v.optional(v.boolean(), false),
      after: v.optional(v.nullable(text(1024)), null),
      limit: v.optional(count(limits.pageEntries, 1), 500),
    }),
    result: v.strictObject({
      /** The space's change number before the page was read. */
      seq,
      entries: listOf(entry, limits.pageEntries),
      next: v.nullable(text(1024)),
      /** Entries in the folder. */
      total: count(),
    }),
    errors: ['not_a_folder'],
  }),
  'folder.findDamaged': call({
    doc: 'Files in a folder and below it, at any depth, of which the hub found a part damaged: to upload one again heals it. Pages are joined by `next`.',
    access: [{ level: 'read', of: 'folder' }],
    params: v.strictObject({ folder: id, after: v.optional(v.nullable(id), null) }),
    result: v.strictObject({ entries: listOf(id, limits.pageEntries), next: v.nullable(id) }),
    errors: ['not_a_folder'],
  }),
  'folder.watch': call({
    doc: 'Sends folder.changed, path.changed, presence.changed and transfer.progressed of this folder from now on. With `since`, the answer has the changes missed, or `reset` where that history is gone.',
    access: [{ level: 'read', of: 'folder' }],
    params: v.strictObject({ folder: id, since: v.optional(v.nullable(seq), null) }),
    result: v.strictObject({
      seq,
      reset: v.boolean(),
      changes: listOf(change, limits.changesBatch),
      /** More changes follow: ask folder.changes since `seq`. */
      more: v.boolean(),
      people: listOf(person, limits.listItems),
      uploads: listOf(transferProgress, limits.listItems),
    }),
    errors: ['not_a_folder', 'too_large'],
  }),
  'folder.unwatch': call({
    doc: 'Stops what folder.watch began.',
    access: 'session',
    params: v.strictObject({ folder: id }),
    result: v.strictObject({}),
    errors: [],
  }),
  'folder.changes': call({
    doc: 'The changes of a folder after a change number, oldest first.',
    access: [{ level: 'read', of: 'folder' }],
    params: v.strictObject({ folder: id, since: seq }),
    result: v.strictObject({
      /** The history is complete up to here. */
      seq,
      reset: v.boolean(),
      changes: listOf(change, limits.changesBatch),
      more: v.boolean(),
    }),
    errors: ['not_a_folder'],
  }),
}
