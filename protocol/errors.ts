/** Every reason a call can fail for, as the word that programs read and the sentence that people read. */
export const errorSentences = {
  unauthenticated: 'Sign in first.',
  session_expired: 'The sign-in has to be renewed.',
  session_ended: 'This session was ended. Sign in again.',
  wrong_credentials: 'The e-mail address or the password is wrong.',
  account_disabled: 'This account is disabled.',
  already_set_up: 'This hub has its first administrator already.',
  wrong_setup_token: 'The setup link is not valid. The hub prints a new one at each start until it is used.',
  too_many_requests: 'Too many attempts. Wait a little and try again.',
  forbidden: 'You may see this, but not do that with it.',
  not_found: 'There is no such thing, or you may not see it.',
  conflict: 'That clashes with what is there already.',
  name_taken: 'The folder has an entry of that name already.',
  invalid_move: 'A folder cannot be moved or copied into itself.',
  not_a_folder: 'That is a file, not a folder.',
  not_a_file: 'That is a folder, not a file.',
  unknown_call: 'The hub knows no call of that name.',
  invalid_params: 'The call has a missing, unknown or wrong field.',
  invalid_message: 'The message is not a valid JSON-RPC 2.0 call.',
  too_large: 'That is larger than this hub accepts.',
  quota_exceeded: 'The space has not enough room left under its quota.',
  storage_full: 'The disk of the hub is full. Existing files stay readable.',
  storage_read_only:
    'The hub accepts no changes, because its storage reported an error. Existing files stay readable.',
  chunk_mismatch: 'The bytes received are not those that were announced.',
  chunk_damaged: 'A part of this file is damaged on the hub. Uploading the file again heals it.',
  chunk_unreadable: 'A part of this file cannot be read on the hub at the moment. Its log says why.',
  incomplete: 'Parts of this upload are still missing.',
  version_gone: 'This version of the file is no longer there.',
  link_expired: 'This address is no longer valid.',
  busy: 'The hub has too much to do at the moment. Try again.',
  closing: 'The hub is stopping. Connect again in a moment.',
  cancelled: 'This was cancelled.',
  disconnected: 'The connection to the hub was lost.',
  window_overrun: 'More bytes were sent than the hub had granted.',
  unknown_stream: 'Bytes arrived for a stream that was not opened.',
  invalid_frame: 'A binary message was malformed.',
  peer_away: 'The other side is not connected at the moment.',
  peer_left: 'The other side ended this.',
  wrong_code: 'The code was wrong, so this send was ended. Ask for a new code.',
  declined: 'The other side declined.',
  not_authentic: 'Something on the way altered what the other side sent, so this was ended.',
  file_changed: 'The file changed while it was sent.',
  no_room: 'There is not enough room on this device.',
  internal: 'Something went wrong inside the hub. The log says what.',
} as const

export type Reason = keyof typeof errorSentences

/** What an error carries besides its reason; each key is documented at the calls that use it. */
export type ErrorDetails = Record<string, unknown>

/** The one error that crosses the wire. Anything else thrown on the hub is a bug and is answered as `internal`. */
export class WherryError extends Error {
  override readonly name = 'WherryError'
  readonly reason: Reason
  readonly details: ErrorDetails

  constructor(reason: Reason, message?: string, details: ErrorDetails = {}, options?: ErrorOptions) {
    super(message ?? errorSentences[reason], options)
    this.reason = reason
    this.details = details
  }
}

/** True if `error` is a WherryError, with the given reason if one is named. */
export const isReason = (error: unknown, ...reasons: Reason[]): error is WherryError =>
  error instanceof WherryError && (reasons.length === 0 || reasons.includes(error.reason))

/** The JSON-RPC 2.0 number for a reason: the standard's own where it has one, -32000 for what is ours. */
export const rpcCode = (reason: Reason): number => {
  if (reason === 'invalid_message') return -32600
  if (reason === 'unknown_call') return -32601
  if (reason === 'invalid_params') return -32602
  if (reason === 'internal') return -32603
  return -32000
}
