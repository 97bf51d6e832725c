import { WherryError } from '../../../protocol/errors.ts'
import { whyOf } from '../why-of.ts'

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : null)

export const isThere = (error: unknown): boolean => codeOf(error) === 'EEXIST'

export const isGone = (error: unknown): boolean => codeOf(error) === 'ENOENT'

/** The disk, or what the user may have of it, is full. */
export const isFull = (error: unknown): boolean => codeOf(error) === 'ENOSPC' || codeOf(error) === 'EDQUOT'

/** What a failed write means to people: `no_room` where the disk, a quota or the kind of file system is the limit. */
export const writeFailure = (error: unknown, name: string): WherryError => {
  if (isFull(error))
    return new WherryError(
      'no_room',
      `There is not enough room for "${name}" on this disk.`,
      {},
      { cause: error },
    )
  if (codeOf(error) === 'EFBIG')
    return new WherryError('no_room', `"${name}" is too large for this file system.`, {}, { cause: error })
  if (error instanceof WherryError) return error
  return new WherryError('internal', `"${name}" cannot be written: ${whyOf(error)}`, {}, { cause: error })
}
