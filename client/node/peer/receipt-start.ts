import { realpath } from 'node:fs/promises'
import { setTimeout } from 'node:timers/promises'
import { isReason, WherryError } from '../../../protocol/errors.ts'
import type { Timers } from '../../core/api.ts'
import type { ByPerson, Room, Secret } from '../../core/peer/api.ts'
import type { Invitation } from '../../core/peer/pairing/code.ts'
import { joinRoom } from '../../core/peer/room.ts'
import { type CommandContext, UsageError } from '../cli/command.ts'
import type { Client } from '../cli/session.ts'
import type { KeptFile } from './kept-file.ts'
import { invitationDigest, type KeptReceipt, listKeptReceipts, openKeptReceipt } from './kept-receipts.ts'

/** A receipt that was begun, or is continued: the room, and what proves who we are in it. */
export type ReceiptStart = {
  client: Client
  room: Room
  secret: Secret | ByPerson
  kept: KeptFile<KeptReceipt>
  /** What becomes of it as soon as there is something to keep. */
  keep: Pick<KeptReceipt, 'hub' | 'target' | 'invitation' | 'person'>
}

export type Context = Pick<CommandContext, 'connectTo' | 'hub' | 'output' | 'signal'> & { timers: Timers }

export const keptOf = async (room: string): Promise<KeptFile<KeptReceipt>> => {
  const kept = await openKeptReceipt(room)
  if (kept) return kept
  throw new WherryError('busy', 'Another `wherry receive` on this machine is receiving this.')
}

const firstLookAgainMs = 1_000
const lookAgainMs = 5_000

/** A hub that was restarted knows the room only when its sender is back. */
const rejoin = async (client: Client, room: string, { output, signal, timers }: Context): Promise<Room> => {
  for (let tries = 0; ; tries++) {
    try {
      return await joinRoom(client, { kind: 'room', room }, { timers })
    } catch (error) {
      if (!isReason(error, 'not_found')) throw error
      if (tries === 0)
        output.note('The sender is not there at the moment: waiting. Ctrl+C keeps what is done for later.')
      await setTimeout(tries === 0 ? firstLookAgainMs : lookAgainMs, undefined, { signal }).catch(() => {
        throw new WherryError('cancelled')
      })
    }
  }
}

const continueReceipt = async (one: KeptReceipt, context: Context): Promise<ReceiptStart> => {
  const kept = await keptOf(one.room)
  try {
    const client = await context.connectTo(one.hub)
    const room = await rejoin(client, one.room, context)
    return { client, room, secret: { via: 'again', secret: one.again }, kept, keep: one }
  } catch (error) {
    await kept.release()
    throw error
  }
}

/** The receipts into this folder that were interrupted, the latest first. */
export const interruptedReceipts = async (target: string): Promise<KeptReceipt[]> =>
  listKeptReceipts(await realpath(target))

const hubOf = ({ hub }: Context): Promise<string> =>
  hub().catch(error => {
    if (!isReason(error, 'unauthenticated')) throw error
    throw new UsageError(
      'on which hub is that? Name it with --hub URL, or enter the link instead of the code',
    )
  })

/** Goes to the sender: with a fresh invitation, or where an interrupted receipt was. */
export const startFrom = async (
  invitation: Invitation | null,
  interrupted: readonly KeptReceipt[],
  target: string,
  context: Context,
): Promise<ReceiptStart> => {
  const digest = invitation && invitationDigest(invitation)
  const before = interrupted.find(one => digest === null || one.invitation === digest)
  if (before) return continueReceipt(before, context)
  if (!invitation) throw new WherryError('not_found', 'There is nothing to continue.')
  const hub = invitation.hub ?? (await hubOf(context))
  const client = await context.connectTo(hub)
  // Until keys are made nothing is kept (the page of receivers keeps PairingRun): whoever ends the command before needs a new code.
  const room = await joinRoom(client, { kind: 'slot', slot: invitation.slot }, { timers: context.timers })
  const { via, secret } = invitation
  return {
    client,
    room,
    secret: { via, secret },
    kept: await keptOf(room.id),
    keep: { hub, target: await realpath(target), invitation: invitationDigest(invitation), person: null },
  }
}
