import type { CallName } from '../../protocol/table.ts'
import type { Handler } from '../context.ts'
import { checkAccess, grantAccess, leaveAccess, listAccess, reviewAccess, revokeAccess } from './access.ts'
import { changePassword, setUp } from './account.ts'
import { closeDownload, listChunks, makeDownloadUrl, openDownload, readChunks } from './downloads.ts'
import {
  copyEntries,
  deleteEntries,
  getEntry,
  moveEntries,
  renameEntry,
  resolveEntry,
  sumEntries,
} from './entry.ts'
import { createFolder, findDamaged, listChanges, listFolder, unwatchFolder, watchFolder } from './folder.ts'
import { hello } from './hub.ts'
import {
  acceptRoom,
  createRoom,
  joinRoom,
  leaveRoom,
  listOffers,
  listPeerServers,
  offerRoom,
  openRelay,
  signalPeer,
} from './room.ts'
import { listSessions, login, logout, refresh, resume, revokeSession } from './session.ts'
import { findManyFiles, putManyFiles } from './small-files.ts'
import { listSpaces } from './space.ts'
import {
  askCredit,
  begunChunks,
  cancelUpload,
  commitUpload,
  declareChunks,
  listUploads,
  openUpload,
  resumeUpload,
} from './uploads.ts'
import { createUser, disableUser, listGrantsOfUser, listUsers, setPassword } from './user.ts'

/** Who handles which call: a call without a handler is a type error. */
export const handlers: { [N in CallName]: Handler<N> } = {
  'hub.hello': hello,
  'session.login': login,
  'session.resume': resume,
  'session.refresh': refresh,
  'session.logout': logout,
  'session.list': listSessions,
  'session.revoke': revokeSession,
  'account.setup': setUp,
  'account.changePassword': changePassword,
  'space.list': listSpaces,
  'folder.create': createFolder,
  'folder.list': listFolder,
  'folder.findDamaged': findDamaged,
  'folder.watch': watchFolder,
  'folder.unwatch': unwatchFolder,
  'folder.changes': listChanges,
  'entry.get': getEntry,
  'entry.resolve': resolveEntry,
  'entry.sum': sumEntries,
  'entry.rename': renameEntry,
  'entry.move': moveEntries,
  'entry.copy': copyEntries,
  'entry.delete': deleteEntries,
  'access.check': checkAccess,
  'access.list': listAccess,
  'access.review': reviewAccess,
  'access.grant': grantAccess,
  'access.revoke': revokeAccess,
  'access.leave': leaveAccess,
  'user.create': createUser,
  'user.list': listUsers,
  'user.grants': listGrantsOfUser,
  'user.disable': disableUser,
  'user.setPassword': setPassword,
  'upload.credit': askCredit,
  'upload.open': openUpload,
  'upload.declare': declareChunks,
  'upload.commit': commitUpload,
  'upload.resume': resumeUpload,
  'upload.begun': begunChunks,
  'upload.list': listUploads,
  'upload.cancel': cancelUpload,
  'upload.findMany': findManyFiles,
  'upload.putMany': putManyFiles,
  'download.open': openDownload,
  'download.chunks': listChunks,
  'download.read': readChunks,
  'download.close': closeDownload,
  'download.url': makeDownloadUrl,
  'room.create': createRoom,
  'room.join': joinRoom,
  'room.offer': offerRoom,
  'room.listOffers': listOffers,
  'room.accept': acceptRoom,
  'room.leave': leaveRoom,
  'room.signal': signalPeer,
  'room.relay': openRelay,
  'room.turn': listPeerServers,
}
