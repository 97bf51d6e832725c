import type { Logger } from 'pino'
import { isReason, WherryError } from '../../protocol/errors.ts'
import type { Storage } from '../../storage/storage.ts'
import type { LevelOf } from '../auth/levels.ts'

/** What transfers are made of: the hub's parts that they use, and their bounds. */
export type TransferParts = {
  storage: Storage
  clock: () => number
  log: Logger
  levelOf: LevelOf
  config: TransferConfig
}

export type TransferConfig = {
  /** The most upload credit of one connection. */
  windowBytes: number
  /** Upload credit of all connections together. */
  uploadBudgetBytes: number
}

/** Tells an announced call that it failed, wherever that happened; after the call succeeded it does nothing. */
export type FailAnnounced = (error: WherryError) => void

/** What an upload's stream needs of them. */
export type UploadParts = {
  storage: Pick<Storage, 'uploads' | 'chunks'>
  clock: () => number
  /** An error as the client may hear it; what is a bug is logged and becomes `internal`. */
  known(error: unknown, where: string): WherryError
}

export const uploadParts = ({
  storage,
  clock,
  log,
}: Pick<TransferParts, 'storage' | 'clock' | 'log'>): UploadParts => ({
  storage,
  clock,
  known: (error, where) => {
    if (isReason(error)) return error
    log.error({ err: error, where }, 'transfer failed')
    return new WherryError('internal', undefined, {}, { cause: error })
  },
})
