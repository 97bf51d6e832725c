import { type Reason, WherryError } from '../../protocol/errors.ts'
import { needsRoom } from '../disk-room.ts'
import { isFailedSync, systemCode } from './small-files.ts'

/** Why nothing was written: the disk may have room later, files may be closed, anything else is for good. */
export type Failure = 'full' | 'busy' | 'broken'

export const failureReasons = {
  full: 'storage_full',
  busy: 'busy',
  broken: 'storage_read_only',
} as const satisfies Record<Failure, Reason>

const tooManyFiles = 'The hub has too many files open at the moment. Try again.'

export const hasTooManyFiles = (error: unknown): boolean =>
  ['EMFILE', 'ENFILE'].includes(systemCode(error) ?? '')

export const failureOf = (cause: unknown): Failure => {
  if (isFailedSync(cause)) return 'broken'
  if (hasTooManyFiles(cause)) return 'busy'
  return needsRoom(cause) ? 'full' : 'broken'
}

/** Of a read: what the system says is not known to last, anything else is a bug. */
export const readFailureOf = (cause: unknown): Reason => {
  if (hasTooManyFiles(cause)) return 'busy'
  return systemCode(cause) === null ? 'internal' : 'chunk_unreadable'
}

/** The error that a put or a read is answered with. */
export const failureError = (reason: Reason, cause: unknown): WherryError =>
  new WherryError(reason, reason === 'busy' ? tooManyFiles : undefined, {}, { cause })
