import { msg, str } from '@lit/localize'
import { WherryError } from '../../../protocol/errors.ts'
import type { HubClient, TransferLink } from '../../core/api.ts'
import { toBase64url } from '../../core/base64url.ts'
import { newId } from '../../core/new-id.ts'
import { parseInvitation } from '../../core/peer/pairing/code.ts'
import type { OwnWorker } from '../app/own-worker.ts'
import { canKeep } from '../peer/kept-store.ts'
import { type Attempt, setOwnAttempt } from './arrival.ts'
import { offeredRoom, offeredWay } from './offered.ts'
import { arrived, type Receipt, receive } from './receipt.ts'
import './receipt-card.ts'
import type { RememberedReceipt } from './remembered-receipts.ts'

type Link = HubClient & TransferLink

const mustKeep = async (): Promise<void> => {
  if (!(await canKeep()))
    throw new WherryError(
      'invalid_params',
      msg(
        'This browser keeps no files here, as some private windows do not. Open the page in a normal window.',
      ),
    )
}

/** Joins the sender by a code or link, which is used up by it. Throws `invalid_params` with a sentence for what is none of ours. */
export const join = async (client: Link, worker: () => OwnWorker, text: string): Promise<Receipt> => {
  const offered = offeredRoom(text)
  if (offered) {
    await mustKeep()
    return receive(client, worker, { kind: 'offer', ...(await offeredWay(client, offered)) })
  }
  const { slot, via, secret, hub } = await parseInvitation(text)
  const host = hub === null ? location.host : new URL(hub).host
  if (host !== location.host)
    throw new WherryError('invalid_params', msg(str`This link belongs to another hub: open it at ${host}.`))
  await mustKeep()
  const seed = toBase64url(crypto.getRandomValues(new Uint8Array(32)))
  const attempt: Attempt = { slot, seat: newId(), secret: { via, secret }, seed }
  setOwnAttempt(attempt)
  return receive(client, worker, { kind: 'slot', attempt, wasBegun: false })
}

/** Goes on with a code that this tab joined by before it was loaded anew. */
export const joinAgain = (client: Link, worker: () => OwnWorker, attempt: Attempt): Promise<Receipt> =>
  receive(client, worker, { kind: 'slot', attempt, wasBegun: true })

/** Goes on with what an earlier visit left, or shows what arrived in it. */
export const goOn = (
  client: Link,
  worker: () => OwnWorker,
  remembered: RememberedReceipt,
): Promise<Receipt> =>
  remembered.whole ? arrived(remembered) : receive(client, worker, { kind: 'again', remembered })
