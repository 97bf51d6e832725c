import { download, readUrl, signedUrl } from './download.ts'
import { holdClients, holdSockets, listFolder, watchFolder, watchTopic } from './live.ts'
import { mixed } from './mixed.ts'
import { rawDownload, rawUpload, readAndHash, tusUploads } from './raw.ts'
import { relayIn, relayOut, sealAndHash } from './relay.ts'
import { upload } from './upload.ts'

/** Everything that a client process can be told to do, by name. */
export const tasks = {
  ...{ upload, download, signedUrl, readUrl },
  ...{ holdClients, watchFolder, listFolder, relayIn, relayOut, sealAndHash },
  mixed,
  ...{ rawUpload, rawDownload, readAndHash, tusUploads, holdSockets, watchTopic },
}

export type Tasks = typeof tasks
export type TaskName = keyof Tasks

/** Between the benchmark and its client processes. */
export type ToClient = { task: TaskName; params: unknown }
export type FromClient = { tell: string } | { result: unknown } | { error: string }
