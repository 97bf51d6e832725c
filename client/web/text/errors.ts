import { msg } from '@lit/localize'
import { WherryError } from '../../../protocol/errors.ts'

/** What went wrong, as a sentence for people. */
export const errorSentence = (error: unknown): string =>
  error instanceof WherryError ? error.message : msg('Something went wrong on this page.')
