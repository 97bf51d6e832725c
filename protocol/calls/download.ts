import * as v from 'valibot'
import { call } from '../call.ts'
import { limits } from '../limits.ts'
import { chunkRef, count, fileSize, hash, id, index, listOf, stream, text, time } from '../values.ts'

export const downloadCalls = {
  'download.open': call({
    doc: 'Begins a download of a file under an id that the client made, and binds the stream on which its slices will come. A file of at most `sendUpTo` bytes is sent at once, before the answer, which then has its chunks as `refs`; nothing is open afterwards.',
    access: [{ level: 'read', of: 'entry' }],
    params: v.strictObject({
      download: id,
      stream,
      entry: id,
      version: v.optional(v.nullable(id), null),
      sendUpTo: v.optional(count(limits.openBytes)),
    }),
    result: v.strictObject({
      version: id,
      name: v.string(),
      type: v.string(),
      size: fileSize,
      digest: hash,
      chunks: count(),
      modifiedAt: time,
      refs: v.optional(listOf(chunkRef, limits.readChunks)),
    }),
    errors: [
      'not_a_file',
      'version_gone',
      'conflict',
      'too_large',
      'chunk_damaged',
      'chunk_unreadable',
      'cancelled',
    ],
  }),
  'download.chunks': call({
    doc: 'A page of the chunks of a download, in order.',
    access: [{ level: 'read', of: 'download' }],
    params: v.strictObject({
      download: id,
      from: index,
      limit: v.optional(count(limits.chunksPage, 1), limits.chunksPage),
    }),
    result: v.strictObject({ chunks: listOf(chunkRef, limits.chunksPage), next: v.nullable(index) }),
    errors: ['version_gone'],
  }),
  'download.read': call({
    doc: 'Sends chunks on the stream of the download, the first one from `offset` on, where it arrived in part before. The answer follows after their last slice.',
    access: [{ level: 'read', of: 'download' }],
    params: v.strictObject({
      download: id,
      from: index,
      count: count(limits.readChunks, 1),
      offset: v.optional(count(limits.chunkMaxBytes), 0),
    }),
    result: v.strictObject({ sentBytes: count() }),
    errors: ['version_gone', 'chunk_damaged', 'chunk_unreadable', 'cancelled'],
  }),
  'download.close': call({
    doc: 'Ends a download. Twice is as once.',
    access: 'session',
    params: v.strictObject({ download: id }),
    result: v.strictObject({}),
    errors: [],
  }),
  'download.url': call({
    doc: 'A signed address, relative to the hub, from which a plain HTTP client gets one file, or a zip of a folder or of several entries. It ends with the session and with the right to read. The address of a file gives the version of when it was made, also after the file was replaced, so that a download can be resumed; a zip has what is there when it is fetched.',
    access: [{ level: 'read', of: 'entries' }],
    params: v.strictObject({
      entries: listOf(id, limits.entriesBatch, 1),
      /** `view` shows harmless types in the browser, in a sandbox; everything else is an attachment. */
      purpose: v.optional(v.picklist(['save', 'view']), 'save'),
    }),
    result: v.strictObject({ url: text(8192), expiresAt: time }),
    errors: ['too_large'],
  }),
}
