import * as v from 'valibot'
import { call } from '../call.ts'
import { limits } from '../limits.ts'
import {
  chunkRef,
  count,
  entry,
  fileSize,
  hash,
  id,
  index,
  listOf,
  name,
  onClash,
  reason,
  stream,
  time,
  unfinishedUpload,
} from '../values.ts'

export const uploadCalls = {
  'upload.credit': call({
    doc: 'Asks for leave to send bytes on this connection, or with 0 gives back what was not used. The answer is the credit granted now; more follows with upload.stored and upload.credited. A slice costs its length; sending beyond the credit closes the connection.',
    access: 'session',
    params: v.strictObject({ bytes: count(limits.fileBytes) }),
    result: v.strictObject({ credit: count() }),
    errors: [],
  }),
  'upload.open': call({
    doc: 'Begins an upload under an id that the client made, reserves its quota as long as the caller may write there, and binds the stream on which its slices come. The same id again is the same upload.',
    access: [{ level: 'write', of: 'folder' }],
    params: v.strictObject({
      upload: id,
      stream,
      folder: id,
      name,
      size: fileSize,
      modifiedAt: time,
      onClash,
    }),
    result: v.strictObject({ expiresAt: time }),
    errors: [
      'name_taken',
      'not_a_folder',
      'too_large',
      'quota_exceeded',
      'storage_full',
      'storage_read_only',
      'conflict',
    ],
  }),
  'upload.declare': call({
    doc: 'Names the next chunks of an upload, in order; answers which of them the hub still needs. Slices may follow without waiting for the answer.',
    access: [{ level: 'write', of: 'upload' }],
    params: v.strictObject({ upload: id, from: index, chunks: listOf(chunkRef, limits.declareBatch, 1) }),
    result: v.strictObject({ missing: listOf(index, limits.declareBatch) }),
    errors: ['conflict', 'too_large', 'quota_exceeded'],
  }),
  'upload.commit': call({
    doc: 'Makes the upload an entry, or a new version of one. Fails with `incomplete` and `missing`, the first indexes that are not stored.',
    access: [{ level: 'write', of: 'upload' }],
    params: v.strictObject({ upload: id }),
    result: v.strictObject({
      entry,
      /** The entry had this very content already: nothing was changed. */
      unchanged: v.boolean(),
    }),
    errors: [
      'incomplete',
      'name_taken',
      'too_large',
      'quota_exceeded',
      'not_found',
      'storage_full',
      'storage_read_only',
      'chunk_unreadable',
    ],
  }),
  'upload.resume': call({
    doc: 'Binds an unfinished upload to a stream of this connection and answers, page by page, what was declared and which of it is stored. Where its quota was given back, as the caller could not write there any more, it is reserved again.',
    access: [{ level: 'write', of: 'upload' }],
    params: v.strictObject({ upload: id, stream, from: v.optional(index, 0) }),
    result: v.strictObject({
      upload: unfinishedUpload,
      chunks: listOf(v.strictObject({ ...chunkRef.entries, stored: v.boolean() }), limits.chunksPage),
      next: v.nullable(index),
    }),
    errors: ['not_found', 'quota_exceeded', 'storage_full', 'storage_read_only'],
  }),
  'upload.begun': call({
    doc: 'Which chunks of a resumed upload arrived in part before a connection broke: slices of these may go on behind `bytes` on the stream that the upload is bound to. The hub may forget them at any time, and refuses such a chunk with `chunk_mismatch` then: it has to be sent whole.',
    access: [{ level: 'write', of: 'upload' }],
    params: v.strictObject({ upload: id }),
    result: v.strictObject({
      chunks: listOf(
        v.strictObject({ index, hash, bytes: count(limits.chunkMaxBytes, 1) }),
        limits.begunChunks,
      ),
    }),
    errors: ['not_found'],
  }),
  'upload.list': call({
    doc: "The caller's unfinished uploads, from all devices.",
    access: 'session',
    params: v.strictObject({}),
    result: v.strictObject({ uploads: listOf(unfinishedUpload, limits.listItems) }),
    errors: [],
  }),
  'upload.cancel': call({
    doc: 'Ends an upload and gives its quota back. Twice is as once.',
    access: 'session',
    params: v.strictObject({ upload: id }),
    result: v.strictObject({}),
    errors: [],
  }),
  'upload.findMany': call({
    doc: 'Which one-chunk files a folder has already, under the same names and whole: their bytes need not be sent. One answer for each, null for what is not there so.',
    access: [{ level: 'write', of: 'folder' }],
    params: v.strictObject({
      folder: id,
      files: listOf(v.strictObject({ name, size: count(limits.sliceBytes), hash }), limits.putManyFiles, 1),
    }),
    result: v.strictObject({
      entries: listOf(v.nullable(entry), limits.putManyFiles),
      /** Entries in the folder. */
      total: count(),
    }),
    errors: ['not_a_folder'],
  }),
  'upload.putMany': call({
    doc: 'Stores many one-chunk files at once. Their bytes follow on the stream, the place in `files` as chunk index, one slice each; an empty file has none. The answer comes when all are durable and visible, or refused, each by itself.',
    access: [{ level: 'write', of: 'folder' }],
    once: true,
    params: v.strictObject({
      folder: id,
      stream,
      files: listOf(
        v.strictObject({ name, size: count(limits.sliceBytes), hash, modifiedAt: time, onClash }),
        limits.putManyFiles,
        1,
      ),
    }),
    result: v.strictObject({
      results: listOf(
        v.variant('ok', [
          v.strictObject({ ok: v.literal(true), entry, unchanged: v.boolean() }),
          v.strictObject({ ok: v.literal(false), reason, message: v.string() }),
        ]),
        limits.putManyFiles,
      ),
    }),
    errors: ['not_a_folder', 'too_large', 'quota_exceeded', 'storage_full', 'storage_read_only'],
  }),
}
