import { WherryError } from '../../../protocol/errors.ts'

/** What was thrown by an adapter or by our own code. */
export const asWherryError = (error: unknown): WherryError =>
  error instanceof WherryError
    ? error
    : new WherryError('internal', error instanceof Error ? error.message : undefined, {}, { cause: error })
