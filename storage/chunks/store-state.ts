import { isReason, WherryError } from '../../protocol/errors.ts'
import { messageOf } from '../message-of.ts'
import type { StoreHealth } from './chunk-store.ts'

/** Whether the store takes chunks, as its failures tell. */
export type StoreState = {
  current(): Pick<StoreHealth, 'state' | 'problem'>
  /** Throws `storage_read_only` once something failed for good. */
  checkWritable(): void
  /** A put succeeded: if the disk was full, it may have room again. */
  wrote(): void
  /** A put failed; answers the error to throw. */
  failed(error: unknown): unknown
  /** Nothing is acknowledged from now on. */
  breakDown(problem: string): void
}

const causeOf = (error: unknown): string => {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  return messageOf(cause)
}

/** `hasRoom`: for more than what fits by chance, where a disk was full. */
export const storeState = (warn: (message: string) => void, hasRoom: () => boolean): StoreState => {
  let now: Pick<StoreHealth, 'state' | 'problem'> = { state: 'writable', problem: null }

  /** Said once until it is over: each put that is refused would say it again. */
  let isShortOfFiles = false

  const change = (state: StoreHealth['state'], problem: string): void => {
    if (now.state === 'readOnly' || (now.state === state && state === 'full')) return
    now = { state, problem }
    warn(problem)
  }

  return {
    current: () => now,
    checkWritable() {
      if (now.state === 'readOnly') throw new WherryError('storage_read_only')
    },
    wrote() {
      isShortOfFiles = false
      if (now.state === 'full' && hasRoom()) now = { state: 'writable', problem: null }
    },
    failed(error) {
      if (isReason(error, 'busy') && !isShortOfFiles) {
        isShortOfFiles = true
        warn(`The hub has too many files open: ${causeOf(error)}`)
      }
      if (isReason(error, 'storage_full')) change('full', `The disk is full: ${causeOf(error)}`)
      if (isReason(error, 'storage_read_only'))
        change('readOnly', `Chunks could not be made durable: ${causeOf(error)}`)
      return error
    },
    breakDown: problem => change('readOnly', problem),
  }
}
