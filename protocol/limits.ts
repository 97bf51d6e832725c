const KiB = 1024
const MiB = 1024 * KiB

/** Every bound of the protocol, in the unit that its name ends with. What an administrator may set is in server/settings.ts. */
export const limits = {
  /** Length of a file or folder name in UTF-8 bytes: what ext4, APFS and NTFS can hold. */
  nameBytes: 255,
  /** Depth of a path, in names. */
  pathNames: 128,
  emailChars: 254,
  personChars: 100,
  passwordMinChars: 10,
  passwordMaxChars: 256,
  tokenChars: 4096,
  textChars: 1024,
  /** FastCDC's minimum, average and maximum; a chunk is never larger than the maximum. */
  chunkMinBytes: 256 * KiB,
  chunkAverageBytes: 1 * MiB,
  chunkMaxBytes: 4 * MiB,
  /** Bytes of one slice, without its header. */
  sliceBytes: 1 * MiB,
  /** A WebSocket message before sign-in. */
  guestMessageBytes: 64 * KiB,
  /** A WebSocket message after sign-in: one slice and its header, or some hundreds of declared chunks. */
  messageBytes: 1 * MiB + 64 * KiB,
  /** Slices in one binary message: all files of an upload.putMany twice over. */
  messageSlices: 512,
  /** Chunks in one upload.declare. */
  declareBatch: 512,
  /** Chunks of an upload that the hub keeps in part when a connection breaks. */
  begunChunks: 64,
  /** Files in one upload.putMany. */
  putManyFiles: 256,
  /** Bytes of all files in one upload.putMany. */
  putManyBytes: 4 * MiB,
  /** Entries in one move, copy, delete or download.url. */
  entriesBatch: 1000,
  /** Entries in one page of folder.list. */
  pageEntries: 2000,
  /** Changes in one answer or event. */
  changesBatch: 1000,
  /** Chunks in one page of download.chunks or upload.resume. */
  chunksPage: 4096,
  /** How many upload.resume answers, and how many clients should ask download.chunks for: 110 KB, which a link of 10 KB/s brings before it seems to be dead. */
  usualChunksPage: 1024,
  /** Bytes of a file that download.open may send with its answer: what is one chunk in any case. */
  openBytes: 256 * KiB - 1,
  /** Chunks that one download.read may ask for. */
  readChunks: 64,
  /** Users in one page of user.list. */
  pageUsers: 500,
  /** Grants in one page of access.review and user.grants. */
  pageGrants: 500,
  /** Entries of which one change of rights tells a connection each by itself, and not by the roots of their spaces. */
  accessChanges: 16,
  /** Folders that one connection may watch. */
  watchedFolders: 64,
  /** Largest file: chunk indexes are 32-bit and the average chunk is 1 MiB; the hub's own limit is lower by default. */
  fileBytes: 2 ** 50,
  /** The furthest date, before and after 1970: as far as JavaScript counts. */
  timeMs: 8.64e15,
  /** Rooms that can wait for their second person at the same time, and the highest slot number. */
  slots: 9999,
  /** A sealed envelope between two peers, as base64url. */
  envelopeChars: 16 * KiB,
  /** Envelopes that a connection may send in a second. */
  signalsPerSecond: 20,
  /** Credit with which each direction of a relay begins: one that has nothing on its way never has less. */
  relayFirstBytes: 256 * KiB,
  /** Sessions, unfinished uploads, grants in one answer. */
  listItems: 1000,
} as const
