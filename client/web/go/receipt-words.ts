import { msg } from '@lit/localize'
import { WherryError } from '../../../protocol/errors.ts'
import type { TransferStatus } from '../../core/peer/api.ts'
import { isRoomLost } from '../../core/peer/room-search.ts'
import { errorSentence } from '../text/errors.ts'

/** What went wrong, as the receiver sees it. */
export const receiverFailure = (error: unknown): string => {
  if (!(error instanceof WherryError)) return errorSentence(error)
  if (isRoomLost(error))
    return msg(
      'The hub no longer knows this send, and the sender did not come back within ten minutes. What has arrived is kept: when they have their page open again, continue it here, or enter the new code that they make.',
    )
  switch (error.reason) {
    case 'not_found':
      return msg(
        'Nothing waits under this code any more. A code works once and for ten minutes: ask for a new one.',
      )
    case 'wrong_code':
      return msg('The code was wrong. So that nobody can guess, it is used up now: ask for a new one.')
    case 'too_many_requests':
      return msg('There were too many tries from your network. Wait a minute, then try again.')
    case 'no_room':
      return msg('There is not enough room on this device. Make some, or receive it on another device.')
    case 'peer_left':
      return msg('The sender ended this.')
    case 'file_changed':
      return msg(
        'A file changed on the sender’s side while it was sent, or was deleted there, so this was ended. Ask for it again.',
      )
    default:
      return error.message
  }
}

/** The same, for what cannot go on yet: the sender may come back, and the hub knows the room again then. */
export const resumeFailure = (error: unknown): string =>
  error instanceof WherryError && error.reason === 'not_found'
    ? msg('The sender is not there, or ended this. When they have their page open again, continue here.')
    : receiverFailure(error)

/** How it stands, as a sentence for the receiver. */
export const receiverState = ({ phase, error }: TransferStatus): string => {
  switch (phase) {
    case 'pairing':
      return msg('Connecting to the sender…')
    case 'comparing':
      return msg('Compare the pictures with the sender')
    case 'offered':
      return msg('Waiting for your answer')
    case 'running':
      return msg('Receiving')
    case 'paused':
      return msg('Paused')
    case 'waiting':
      return msg('The sender is gone. This goes on by itself when they come back')
    case 'unreached':
      return msg(
        'The sender is there, but nothing from them comes through this hub. This goes on when it does',
      )
    case 'done':
      return msg('Everything arrived and is verified')
    case 'failed':
      return receiverFailure(error)
    case 'cancelled':
      if (error?.details.byPeer === true) return msg('The sender ended this.')
      return error?.details.declined === true ? msg('You declined this') : msg('Cancelled')
  }
}
