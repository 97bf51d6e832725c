import { realpath } from 'node:fs/promises'
import { isReason, WherryError } from '../../../protocol/errors.ts'
import { type SendOffer, type SendOffers, watchOffers } from '../../core/peer/offers.ts'
import { acceptRoom } from '../../core/peer/room.ts'
import { origin } from '../../core/peer/trusted-people.ts'
import { type Asker, nobodyAnswers } from '../cli/ask.ts'
import { type CommandContext, UsageError } from '../cli/command.ts'
import { printable } from '../cli/output.ts'
import { configDirectory } from '../current-hub.ts'
import { readSession, sessionPath } from '../session-file.ts'
import { type Context, keptOf, type ReceiptStart } from './receipt-start.ts'
import { trustedDevices } from './trusted-devices.ts'

/** Whether somebody signed in to the hub on this machine; it need not answer for that. */
export const isSignedIn = async ({ hub }: Pick<CommandContext, 'hub'>): Promise<boolean> => {
  const address = await hub().catch(() => null)
  return address !== null && (await readSession(sessionPath(configDirectory(), address))) !== null
}

const nextOffer = (offers: SendOffers, signal: AbortSignal): Promise<SendOffer> =>
  new Promise((resolve, reject) => {
    const look = () => {
      const [first] = offers.list
      if (first) over(() => resolve(first))
    }
    const over = (settle: () => void) => {
      stop()
      signal.removeEventListener('abort', abort)
      settle()
    }
    const abort = () => over(() => reject(new WherryError('cancelled')))
    const stop = offers.onChange(look)
    signal.addEventListener('abort', abort)
    if (signal.aborted) abort()
    else look()
  })

/** Waits for somebody of the hub to send something to this account, and for the person to take it. */
export const startFromOffer = async (
  target: string,
  { asker, isYes }: { asker: Asker; isYes: boolean },
  context: Context & Pick<CommandContext, 'connect'>,
): Promise<ReceiptStart> => {
  const { output, signal, timers } = context
  const client = await context.connect()
  const hub = await context.hub()
  const offers = watchOffers(client)
  output.note(`Waiting for what people of the hub send to ${client.user?.email ?? 'you'}. Ctrl+C ends this.`)
  try {
    for (;;) {
      const { room: id, from } = await nextOffer(offers, signal)
      if (output.json) output.event({ offered: { room: id, from } }, '')
      const typed = await asker.ask(
        `${printable(from.name)} wants to send you something directly. Look at it? [y/N] `,
      )
      if (typed === null) throw new UsageError('there is no terminal to ask on')
      if (!/^y(es)?$/i.test(typed.trim())) {
        await offers.decline(id)
        continue
      }
      const person = origin(from)
      const trusted = await trustedDevices(hub, client.user?.id, person).list()
      // Pictures may have to be compared, and who could not would use up what is offered.
      const isEasy = isYes && trusted.length > 0
      if (!isEasy && (await asker.hasEnded())) throw nobodyAnswers(trusted.length === 0)
      const kept = await keptOf(id)
      try {
        const room = await acceptRoom(client, id, { timers })
        const keep = { hub, target: await realpath(target), invitation: '', person }
        return { client, room, secret: { via: 'person', trusted }, kept, keep }
      } catch (error) {
        await kept.release()
        if (!isReason(error, 'not_found')) throw error
        output.note('That send is over.')
        await offers.decline(id)
      }
    }
  } finally {
    offers.stop()
  }
}
