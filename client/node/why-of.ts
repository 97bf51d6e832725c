import { getSystemErrorMessage } from 'node:util'

/** What a failure says, for people: of the system's, what went wrong, without its number and the call. */
export const whyOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  const { errno, syscall } = error as NodeJS.ErrnoException
  return (errno !== undefined && syscall !== undefined && getSystemErrorMessage(errno)) || error.message
}
