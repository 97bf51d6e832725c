import { msg } from '@lit/localize'
import { WherryError } from '../../../protocol/errors.ts'
import type { TransferStatus } from '../../core/peer/api.ts'
import { errorSentence } from '../text/errors.ts'

/** What went wrong, as the sender sees it. */
export const senderFailure = (error: unknown): string => {
  if (!(error instanceof WherryError)) return errorSentence(error)
  switch (error.reason) {
    case 'wrong_code':
      return msg('Somebody entered a wrong code, and a code works only once. Make a new one.')
    case 'no_room':
      return msg('There is not enough room on the other device.')
    case 'file_changed':
      return msg(
        'A file changed while it was sent, or was deleted, so this was ended. Send it again as it is now.',
      )
    case 'not_found':
      return msg('Nobody used the code in time. Make a new one.')
    default:
      return error.message
  }
}

/** How a receiver stands, as a sentence for the sender. */
export const senderState = ({ phase, error }: TransferStatus): string => {
  switch (phase) {
    case 'pairing':
      return msg('Waiting for the other device')
    case 'comparing':
      return msg('Compare the pictures with the other side')
    case 'offered':
      return msg('Connected. Waiting for the other side to accept')
    case 'running':
      return msg('Sending')
    case 'paused':
      return msg('Paused')
    case 'waiting':
      return msg('The other side is gone. This goes on by itself when it comes back')
    case 'unreached':
      return msg(
        'The other side is there, but nothing from it comes through this hub. This goes on when it does',
      )
    case 'done':
      return msg('Delivered and verified')
    case 'failed':
      return senderFailure(error)
    case 'cancelled':
      return error?.details.byPeer === true ? msg('The other side cancelled this') : msg('Cancelled')
  }
}
