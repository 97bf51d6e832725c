import { realpath } from 'node:fs/promises'
import { isReason, WherryError } from '../../../protocol/errors.ts'
import type { Timers } from '../../core/api.ts'
import type { ByPerson, Room, Secret } from '../../core/peer/api.ts'
import type { Invitation } from '../../core/peer/pairing/code.ts'
import { findRoom, joinRoom } from '../../core/peer/room.ts'
import { isRoomLost } from '../../core/peer/room-search.ts'
import { type CommandContext, interrupted, UsageError } from '../cli/command.ts'
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

const continueReceipt = async (one: KeptReceipt, context: Context): Promise<ReceiptStart> => {
  const kept = await keptOf(one.room)
  try {
    const client = await context.connectTo(one.hub)
    const { output, signal, timers } = context
    const absent = () =>
      output.note(
        'The sender is not there at the moment: waiting, for ten minutes at most. Ctrl+C keeps what is done for later.',
      )
    const room = await findRoom(client, one.room, { timers, signal, absent }).catch(error => {
      throw isReason(error, 'cancelled') ? interrupted() : lostInWords(error)
    })
    return { client, room, secret: { via: 'again', secret: one.again }, kept, keep: one }
  } catch (error) {
    await kept.release()
    throw error
  }
}

/** The same for a room that is given up, with what to do then. */
export const lostInWords = (error: unknown): unknown =>
  error instanceof WherryError && isRoomLost(error)
    ? new WherryError(
        'not_found',
        `${error.message} What has arrived is kept: when they send it again, the same command continues, with their new code if they have one.`,
        error.details,
        { cause: error },
      )
    : error

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

/** The interrupted receipt that the invitation belongs to, or without one the latest. */
export const receiptBefore = (
  invitation: Invitation | null,
  interrupted: readonly KeptReceipt[],
): KeptReceipt | undefined => {
  const digest = invitation && invitationDigest(invitation)
  return interrupted.find(one => digest === null || one.invitation === digest)
}

/** Goes to the sender: with a fresh invitation, or where an interrupted receipt was. */
export const startFrom = async (
  invitation: Invitation | null,
  before: KeptReceipt | undefined,
  target: string,
  context: Context,
): Promise<ReceiptStart> => {
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
