import { pruneRequests } from './requests.ts'
import type { Write } from './tx.ts'
import { addChunks, markChunks } from './writes/chunks.ts'
import { copyEntries } from './writes/copy.ts'
import { beginCopies, fillCopies, giveUpCopies } from './writes/copy-steps.ts'
import { createFolder } from './writes/folders.ts'
import { grantLevel, revokeLevel } from './writes/grants.ts'
import { pruneHistory } from './writes/history.ts'
import { moveEntries } from './writes/move.ts'
import { sweepOrphans } from './writes/orphans.ts'
import { putMany } from './writes/put-many.ts'
import { sweepRemovals } from './writes/removals.ts'
import { removeEntries } from './writes/remove.ts'
import { renameEntry } from './writes/rename.ts'
import { giveBackReservations } from './writes/reservations.ts'
import { createSession, endSession, pruneSessions, rotateSession, touchSessions } from './writes/sessions.ts'
import { setSetting, setSettingIfAbsent } from './writes/settings.ts'
import { declareChunks } from './writes/upload-chunks.ts'
import { commitUpload } from './writes/upload-commit.ts'
import { cancelUpload, expireUploads, openUpload, resumeUpload } from './writes/uploads.ts'
import { createUser, setDisabled, setPasswordHash, setUpHub } from './writes/users.ts'

/** Every write that there is, by name: the only list of them. */
export const operations = {
  'settings.set': setSetting,
  'settings.setIfAbsent': setSettingIfAbsent,
  'users.setUp': setUpHub,
  'users.create': createUser,
  'users.setDisabled': setDisabled,
  'users.setPasswordHash': setPasswordHash,
  'sessions.create': createSession,
  'sessions.rotate': rotateSession,
  'sessions.end': endSession,
  'sessions.touch': touchSessions,
  'sessions.prune': pruneSessions,
  'entries.createFolder': createFolder,
  'entries.rename': renameEntry,
  'entries.move': moveEntries,
  'entries.copy': copyEntries,
  'entries.remove': removeEntries,
  'access.grant': grantLevel,
  'access.revoke': revokeLevel,
  'uploads.open': openUpload,
  'uploads.resume': resumeUpload,
  'uploads.declare': declareChunks,
  'uploads.commit': commitUpload,
  'uploads.cancel': cancelUpload,
  'uploads.expire': expireUploads,
  'uploads.giveBack': giveBackReservations,
  'uploads.putMany': putMany,
  'chunks.add': addChunks,
  'chunks.mark': markChunks,
  'requests.prune': (tx => pruneRequests(tx)) satisfies Write<null, number>,
  'copies.begin': beginCopies,
  'copies.fill': fillCopies,
  'copies.giveUp': giveUpCopies,
  'removals.sweep': sweepRemovals,
  'orphans.sweep': sweepOrphans,
  'history.prune': pruneHistory,
}

type Operations = typeof operations
export type OperationName = keyof Operations
export type OperationArgs<N extends OperationName> =
  Operations[N] extends Write<infer Args, unknown> ? Args : never
export type OperationAnswer<N extends OperationName> =
  Operations[N] extends Write<infer _, infer Answer> ? Answer : never
